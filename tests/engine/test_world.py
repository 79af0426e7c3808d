"""The simulated world: who is in it, and whether its images rank as MRI does."""

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.engine.domains import Domain, load_domain
from benchmarks.engine.domains.anatomy import WARP_MM, brain_middle, make_subject, tissue_fractions
from benchmarks.engine.domains.simulated import FIELD_OF_VIEW_MM, slice_heights_mm
from benchmarks.engine.domains.standardised import standardised_subjects
from benchmarks.engine.domains.template import template_for
from benchmarks.plan.spec import DomainSpec

SPEC = DomainSpec(
    world="simulated",
    site="aurora",
    cohort="glioma",
    contrast="t1",
    region="wm",
    subjects=2,
    first_subject=0,
    image_size=32,
    spacing_mm=6.0,
    slices=4,
    seed=11,
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> "Seen":
    return Seen(tmp_path_factory.mktemp("cache"))


class Seen:
    """Domains of the same people, each loaded once; labels do not depend on the contrast."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.domain = cache(self._domain)

    def _domain(self, site: str, cohort: str, contrast: str, region: str) -> Domain:
        asked = replace(SPEC, site=site, cohort=cohort, contrast=contrast, region=region)
        return load_domain(asked, self.folder)

    def mean(self, site: str, contrast: str, region: str) -> float:
        image = standardised_subjects(self.domain(site, "glioma", contrast, "wm").images)
        return float(image[self.domain(site, "glioma", "t1", region).labels == 1].mean())


@pytest.mark.parametrize("site", ["aurora", "borealis"])
def test_tissues_rank_as_they_do_in_mri(seen: Seen, site: str) -> None:
    t1 = {region: seen.mean(site, "t1", region) for region in ("csf", "gm", "wm")}
    t2 = {region: seen.mean(site, "t2", region) for region in ("csf", "gm", "wm")}
    flair = {region: seen.mean(site, "flair", region) for region in ("csf", "gm", "wm", "ed")}
    assert t1["wm"] > t1["gm"] > t1["csf"]
    assert t2["csf"] > t2["gm"] > t2["wm"]
    assert flair["ed"] > flair["gm"] > flair["wm"] > flair["csf"]
    assert flair["ed"] > flair["wm"] + 1


@pytest.mark.parametrize("site", ["aurora", "borealis"])
def test_the_rim_takes_up_contrast_agent_and_necrosis_stays_dark(seen: Seen, site: str) -> None:
    before = seen.mean(site, "t1", "et") - seen.mean(site, "t1", "gm")
    after = seen.mean(site, "t1ce", "et") - seen.mean(site, "t1ce", "gm")
    assert after > before + 0.4
    assert seen.mean(site, "t1ce", "ncr") < seen.mean(site, "t1ce", "et") - 0.3


def test_hyperintensities_are_bright_on_flair_and_lie_in_lesions_only(seen: Seen) -> None:
    lesions = seen.domain("aurora", "lesions", "flair", "wmh")
    healthy = seen.domain("aurora", "healthy", "flair", "wm")
    assert lesions.pathology.all()
    assert not healthy.pathology.any()
    assert (lesions.labels.sum(axis=(1, 2, 3)) > 0).all()
    scores = standardised_subjects(lesions.images)
    assert scores[lesions.labels == 1].mean() > scores[lesions.labels == 0].mean() + 1


def test_site_and_contrast_change_the_image_and_never_the_person(seen: Seen) -> None:
    """Borders of labels are each site's rater's: those of two sites overlap, but for wandering."""
    here = seen.domain("aurora", "glioma", "t1", "wm")
    there = seen.domain("borealis", "glioma", "t2", "wm")
    assert here.subjects == there.subjects
    both = (here.labels & there.labels).sum()
    assert 2 * both > 0.9 * (here.labels.sum() + there.labels.sum())
    assert np.array_equal(here.ages, there.ages)
    assert not np.allclose(here.images, there.images)


def test_the_region_changes_the_labels_and_never_the_image(seen: Seen) -> None:
    parts = [seen.domain("aurora", "glioma", "flair", name) for name in ("ed", "et", "ncr")]
    whole = seen.domain("aurora", "glioma", "flair", "wt")
    assert np.array_equal(np.sum([part.labels for part in parts], axis=0), whole.labels)
    assert all(np.array_equal(part.images, whole.images) for part in parts)


def test_labels_lie_inside_the_brain(seen: Seen) -> None:
    tissues = [seen.domain("aurora", "glioma", "t1", name) for name in ("csf", "gm", "wm", "wt")]
    together = np.sum([domain.labels for domain in tissues], axis=0)
    assert together.max() == 1
    assert (tissues[0].images[together == 0] == 0).all()


def test_ranges_that_do_not_overlap_share_nobody(tmp_path: Path) -> None:
    small = replace(SPEC, cohort="healthy", image_size=32, spacing_mm=6.0, slices=2, subjects=2)
    first = load_domain(small, tmp_path)
    second = load_domain(replace(small, first_subject=2), tmp_path)
    shifted = load_domain(replace(small, first_subject=1), tmp_path)
    assert not set(first.subjects) & set(second.subjects)
    assert np.array_equal(shifted.images[0], first.images[1])
    assert np.array_equal(shifted.images[1], second.images[0])
    people = [*first.images, *second.images]
    assert all(not np.allclose(a, b) for a, b in pairwise(people))


def test_another_seed_gives_other_people(tmp_path: Path) -> None:
    small = replace(SPEC, image_size=32, spacing_mm=6.0, slices=2, subjects=1)
    one = load_domain(small, tmp_path)
    other = load_domain(replace(small, seed=12), tmp_path)
    assert not np.array_equal(one.labels, other.labels)


def test_slices_are_set_without_looking_at_anybody() -> None:
    heights = slice_heights_mm(5)
    assert np.allclose(np.diff(heights), np.diff(heights)[0])
    assert heights[0] > 0.3 * 154
    assert heights[-1] < 0.8 * 154


@pytest.mark.parametrize("cohort", ["healthy", "glioma"])
def test_no_brain_reaches_the_border_of_the_smallest_field_of_view(cohort: str) -> None:
    template = template_for(6.0)
    for number in range(8):
        subject = make_subject(5, cohort, number)
        points = border_of_view(*brain_middle(subject, template))
        assert not tissue_fractions(subject, points, template).any(), f"{cohort}-{number:04d}"


def border_of_view(x: float, y: float) -> npt.NDArray[np.float32]:
    """Return points (3, n) along the four sides of the smallest field of view, at six heights."""
    half = FIELD_OF_VIEW_MM / 2
    along = np.arange(-half, half, 2.0)
    fixed = np.full_like(along, half)
    across = np.concatenate([along, along, -fixed, fixed]) + x
    down = np.concatenate([-fixed, fixed, along, along]) + y
    heights = np.repeat(slice_heights_mm(6), across.size)
    return np.stack([np.tile(across, 6), np.tile(down, 6), heights]).astype(np.float32)


@pytest.mark.parametrize("cohort", ["healthy", "glioma"])
def test_bending_a_brain_never_folds_it(cohort: str) -> None:
    for number in range(2):
        assert jacobian(make_subject(5, cohort, number).displacement).min() > 0.1


def jacobian(displacement: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the local change of volume of the map from subject to template."""
    slopes = np.stack([np.stack(np.gradient(part, WARP_MM)) for part in displacement])
    matrices = np.moveaxis(slopes, (0, 1), (-2, -1)) + np.eye(3)
    return np.asarray(np.linalg.det(matrices), dtype=np.float32)


def test_the_same_person_is_seen_at_every_image_size() -> None:
    fine, coarse = template_for(2.0), template_for(6.0)
    subject = make_subject(5, "glioma", 1)
    assert subject.tumour is not None
    axis = np.arange(-9, 10, 3.0, dtype=np.float32)
    cube = np.stack(np.meshgrid(axis, axis, axis)).reshape(3, -1) + subject.tumour.centre[:, None]
    seen_fine, seen_coarse = (
        tissue_fractions(subject, cube, at).argmax(axis=0) for at in (fine, coarse)
    )
    assert (seen_fine == seen_coarse).mean() > 0.8


def test_ventricles_and_sulci_widen_with_age() -> None:
    template = template_for(6.0)
    young = replace(make_subject(5, "healthy", 0), age=25.0)
    points = np.indices((33, 39, 15), dtype=np.float32).reshape(3, -1) * 6
    points[2] += 50
    fluid = [
        tissue_fractions(replace(young, age=age), points, template)[0].sum() for age in (25.0, 85.0)
    ]
    assert fluid[1] > 1.15 * fluid[0]
