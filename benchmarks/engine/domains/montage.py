"""A montage of a domain's images and labels, for inspection before training.

``python -m benchmarks.engine.domains.montage --site aurora --cohort glioma out.png``
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from benchmarks.engine.domains.domain import Domain
from benchmarks.engine.domains.registry import load_domain
from benchmarks.plan.spec import DomainSpec

WINDOW = (0.5, 99.7)
"""Percentiles of a subject's brain shown as black and white."""


def montage(domain: Domain, path: Path, *, subjects: int = 4, slices: int = 6) -> Path:
    """Write a PNG of subjects in rows and slices in columns, labels outlined; return its path."""
    rows = min(subjects, domain.images.shape[0])
    columns = np.linspace(0, domain.images.shape[1] - 1, min(slices, domain.images.shape[1]))
    figure = Figure(figsize=(2.2 * len(columns), 2.2 * rows + 0.3), layout="constrained")
    axes = figure.subplots(rows, len(columns), squeeze=False)
    for row in range(rows):
        image = domain.images[row]
        low, high = np.percentile(image[image != 0], WINDOW)
        shown = np.where(image == 0, low, image)
        for axis, index in zip(axes[row], columns.round().astype(int), strict=True):
            axis.imshow(shown[index], cmap="gray", vmin=low, vmax=high, interpolation="nearest")
            _outline(axis, domain.labels[row, index])
            axis.set_axis_off()
        axes[row, 0].set_title(f"{domain.subjects[row]}, {domain.ages[row]:.0f} y", fontsize=8)
    spec = domain.spec
    figure.suptitle(f"{spec.site} {spec.contrast}, {spec.region} outlined", fontsize=9)
    figure.savefig(path, dpi=110)
    return path


def _outline(axis: object, label: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    if label.any():
        axis.contour(label, levels=[0.5], colors="tab:orange", linewidths=0.7)  # type: ignore[attr-defined]


def main() -> None:
    """Write the montage given by the command line's arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    for name, default in (("site", "aurora"), ("cohort", "glioma"), ("contrast", "flair")):
        parser.add_argument(f"--{name}", default=default)
    parser.add_argument("--region", default="wt")
    parser.add_argument("--spacing-mm", type=float, default=2.0)
    parser.add_argument("--subjects", type=int, default=4)
    parser.add_argument("--slices", type=int, default=6)
    parser.add_argument("--seed", type=int, default=20210216)
    asked = parser.parse_args()
    spec = DomainSpec(
        world="simulated",
        site=asked.site,
        cohort=asked.cohort,
        contrast=asked.contrast,
        region=asked.region,
        subjects=asked.subjects,
        first_subject=0,
        image_size=int(np.ceil(192 / asked.spacing_mm)),
        spacing_mm=asked.spacing_mm,
        slices=asked.slices,
        seed=asked.seed,
    )
    with tempfile.TemporaryDirectory() as cache:
        domain = load_domain(spec, Path(cache))
    montage(domain, asked.path, subjects=asked.subjects, slices=asked.slices)


if __name__ == "__main__":
    main()
