"""Foreground of volumes without a brain mask, and whether it is the whole head."""

import numpy as np
from scipy import ndimage

from benchmarks.engine.domains.domain import Flags, Floats
from benchmarks.engine.domains.real.volumes import Grid

BLANK = 0.2
"""Share of voxels with exactly the same value from which that value is the background."""
TALLEST_BRAIN_MM = 165.0
"""A taller foreground includes a neck (our limit: brains measure about 140 mm)."""
ROUND_FIELD = 0.7
"""Share of voxels from which the foreground is a scanner's round field of view with its air.

A circle fills 0.79 of its square; a brain fills about half of its bounding box.
"""
BINS = 256
ALIKE = 0.999
"""Thresholds that reach this share of the best between-class variance count as equally good."""


def foreground(image: Grid, *, is_stripped: bool | None = None) -> tuple[Flags, bool]:
    """Return the mask of what is not air, and whether it is the whole head.

    Where ``is_stripped`` is None, an image with a constant background and a foreground no taller
    than a brain counts as skull-stripped.
    """
    values = image.values
    outside = _value_of_the_faces(values)
    is_blank = bool((values == outside).mean() >= BLANK)
    mask = _largest(values != outside) if is_blank else above_air(values)
    if is_blank and not is_stripped and mask.mean() >= ROUND_FIELD:
        is_blank = False
        mask = above_air(np.where(mask, values, values[mask].min()))
    if is_stripped is not None:
        return mask, not is_stripped
    heights = np.flatnonzero(mask.any(axis=(0, 1)))
    height_mm = np.ptp(heights) * image.spacing_mm[2] if heights.size else 0.0
    return mask, not (is_blank and height_mm <= TALLEST_BRAIN_MM)


def _value_of_the_faces(values: Floats) -> float:
    """Return the most frequent value on the volume's six faces: 0, or -1000 in a CT."""
    ends = (0, -1)
    faces = [np.moveaxis(values, axis, 0)[end].ravel() for axis in range(3) for end in ends]
    found, counts = np.unique(np.concatenate(faces), return_counts=True)
    return float(found[counts.argmax()])


def above_air(values: Floats) -> Flags:
    """Return the mask of the head: values above the middle of air and Otsu's threshold.

    Half of Otsu's threshold keeps dark tissue; fluid is filled in as holes. Air is the mean below
    the threshold, not 0: CT and some scanners shift all intensities.
    """
    threshold = _otsu(values)
    air = float(values[values <= threshold].mean())
    mask = _largest(values > air + (threshold - air) / 2)
    for height in range(mask.shape[2]):
        mask[:, :, height] = ndimage.binary_fill_holes(mask[:, :, height])
    return mask


def _otsu(values: Floats) -> float:
    """Return the threshold of least within-class variance (Otsu 1979).

    Thresholds within a gap between dark and bright are equally good: their mean is returned.
    """
    counts, edges = np.histogram(values, bins=BINS)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    total = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (total / below - (total[-1] - total) / above) ** 2
    between = np.nan_to_num(between)
    return float(edges[1:][between >= ALIKE * between.max()].mean())


def _largest(mask: Flags) -> Flags:
    parts, count = ndimage.label(mask)
    if count <= 1:
        return mask
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray(parts == sizes.argmax())
