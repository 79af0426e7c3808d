"""The simulated multi-site world: subjects of a cohort, imaged at a site in a contrast."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from benchmarks.engine.domains.anatomy import (
    FOLDS_MM,
    Subject,
    brain_middle,
    make_subject,
    subject_rng,
    tissue_fractions,
)
from benchmarks.engine.domains.domain import Domain, Floats, Images, Labels
from benchmarks.engine.domains.errors import DomainError, unknown
from benchmarks.engine.domains.fields import sample
from benchmarks.engine.domains.rater import rated
from benchmarks.engine.domains.sites import CONTRASTS, SiteProfile, site_profile
from benchmarks.engine.domains.template import (
    BRAIN_BOTTOM_MM,
    BRAIN_TOP_MM,
    Template,
    template_for,
)
from benchmarks.engine.domains.tissues import COHORT_REGIONS, REGIONS, main_tissue, region_mask
from benchmarks.plan.metrics import diagonal_mm
from benchmarks.plan.spec import DomainSpec

WORLD_REVISION = 2
"""Raised whenever the same spec would give other images, labels or metadata."""
CENTRAL = (0.34, 0.78)
"""The part of the brain's height that slices are spread over, independent of labels."""
FIELD_OF_VIEW_MM = 190.0
"""The smallest field of view that contains the largest subject."""
TEXTURE = 0.025
"""Relative standard deviation of signal within one tissue."""
TEXTURE_NOISE = 5
FREE_OF_TUMOUR = 8
"""One in as many people of the cohort ``referred`` has no tumour."""
REMEMBERED = 32
"""Subjects and images kept in memory for domains with other regions or contrasts."""
THIN_MM = 2.0
"""Slices up to this thickness are sampled at their centre; thicker ones are averaged."""


def check_spec(spec: DomainSpec) -> None:
    """Raise ValueError naming the field and its choices for a spec that this world cannot serve."""
    site_profile(spec.site)
    if spec.cohort not in COHORT_REGIONS:
        raise unknown("cohort", spec.cohort, COHORT_REGIONS)
    if spec.contrast not in CONTRASTS:
        raise unknown("contrast", spec.contrast, CONTRASTS)
    if spec.region not in REGIONS:
        raise unknown("region", spec.region, REGIONS)
    if spec.region not in COHORT_REGIONS[spec.cohort]:
        choices = ", ".join(COHORT_REGIONS[spec.cohort])
        raise DomainError(
            "region", f"{spec.region!r} does not occur in cohort {spec.cohort!r}; it has {choices}"
        )
    check_numbers(spec)


def build_domain(spec: DomainSpec, on_progress: Callable[[int, int, str], None]) -> Domain:
    """Return the domain, without its digest, which the caller fills in."""
    site = site_profile(spec.site)
    shape = (spec.subjects, spec.slices, spec.image_size, spec.image_size)
    images: Images = np.zeros(shape, dtype=np.float32)
    labels: Labels = np.zeros(shape, dtype=np.uint8)
    names, ages, ill = [], [], []
    for index in range(spec.subjects):
        number = spec.first_subject + index
        subject = _person(spec.seed, person_cohort(spec.cohort, number), number)
        view = replace(spec, region="", subjects=0, first_subject=0)
        images[index], tissue = _examine(view, number)
        labels[index] = region_mask(tissue, spec.region)
        names.append(f"{spec.cohort}-{number:04d}")
        ages.append(subject.age)
        ill.append(subject.tumour is not None or subject.lesions is not None)
        on_progress(index + 1, spec.subjects, f"simulated {names[-1]} at {site.name}")
    return Domain(
        spec=spec,
        digest="",
        images=images,
        labels=labels,
        subjects=tuple(names),
        ages=np.array(ages, dtype=np.float32),
        pathology=np.array(ill, dtype=np.bool_),
        spacing=(slice_gap_mm(spec.slices), spec.spacing_mm, spec.spacing_mm),
        simulated=True,
    )


def person_cohort(cohort: str, number: int) -> str:
    """Return the cohort that a subject is drawn from.

    In ``mixed``, odd numbers have a glioma. In ``referred``, as in a clinic that asks whether there
    is one, all have a glioma but one in FREE_OF_TUMOUR, who is healthy.
    """
    if cohort == "mixed":
        return "glioma" if number % 2 else "healthy"
    if cohort == "referred":
        return "healthy" if number % FREE_OF_TUMOUR == 0 else "glioma"
    return cohort


def slice_heights_mm(slices: int) -> Floats:
    """Return heights of axial slices in mm, equally spaced over the template's central part."""
    height = BRAIN_TOP_MM - BRAIN_BOTTOM_MM
    low, high = (BRAIN_BOTTOM_MM + part * height for part in CENTRAL)
    if slices == 1:
        return np.array([(low + high) / 2], dtype=np.float32)
    return np.linspace(low, high, slices, dtype=np.float32)


@dataclass(frozen=True)
class _Plane:
    """Where a subject's slices are sampled: pixels in rows and columns about a centre."""

    rows_mm: Floats
    columns_mm: Floats
    heights_mm: Floats

    def points(self, offset_mm: float) -> Floats:
        """Return (3, slices x rows x columns) coordinates; the front of the head is row 0."""
        z, y, x = np.meshgrid(
            self.heights_mm + np.float32(offset_mm), self.rows_mm, self.columns_mm, indexing="ij"
        )
        return np.stack([x.ravel(), y.ravel(), z.ravel()])


_person = lru_cache(maxsize=REMEMBERED)(make_subject)


@lru_cache(maxsize=REMEMBERED)
def _examine(view: DomainSpec, number: int) -> tuple[Floats, Labels]:
    """Return one subject's image and main tissues as its rater drew them, (slices, rows, columns).

    ``view`` is a spec without region and range of subjects, which do not change the image.
    """
    # Imported here: torch and MONAI take seconds, and checking a spec or real data needs neither.
    from benchmarks.engine.domains.acquisition import acquire, pure_signals

    site, template = site_profile(view.site), template_for(view.spacing_mm)
    subject = _person(view.seed, person_cohort(view.cohort, number), number)
    shape = (view.slices, view.image_size, view.image_size)
    rng = subject_rng(view.seed, view.cohort, number, "acquisition", site.name, view.contrast)
    agent = subject.tumour.agent_mm if subject.tumour is not None else 0.0
    pure = pure_signals(site, view.contrast, subject.relaxation, agent, rng)
    plane = _plane(view, subject, template)
    middle = tissue_fractions(subject, plane.points(0.0), template)
    signal = _signal(subject, plane, pure, middle, site, template)
    brain = (middle.sum(axis=0) > 0).reshape(shape)
    image = acquire(signal.reshape(shape), brain, site, view.spacing_mm, rng)
    drawn = rated(middle, plane.points(0.0), site.rater, _rater_rng(view, number))
    return image, main_tissue(drawn).reshape(shape)


def _rater_rng(view: DomainSpec, number: int) -> np.random.Generator:
    """Return the random generator of a site's rater and one subject, whatever the contrast."""
    return subject_rng(view.seed, view.cohort, number, "rater", view.site)


def _signal(
    subject: Subject,
    plane: _Plane,
    pure: Floats,
    middle: Floats,
    site: SiteProfile,
    template: Template,
) -> Floats:
    """Return the noise-free signal at each pixel, averaged over tissues and slice thickness."""
    mixed = pure @ middle
    if site.slice_mm > THIN_MM:
        for offset in (-site.slice_mm / 3, site.slice_mm / 3):
            mixed = mixed + pure @ tissue_fractions(subject, plane.points(offset), template)
        mixed /= 3
    texture = sample(subject.noises[TEXTURE_NOISE], plane.points(0.0), grid_mm=FOLDS_MM)
    return np.asarray(mixed * (1 + TEXTURE * texture), dtype=np.float32)


def _plane(spec: DomainSpec, subject: Subject, template: Template) -> _Plane:
    x, y = brain_middle(subject, template)
    steps = (np.arange(spec.image_size) - (spec.image_size - 1) / 2) * spec.spacing_mm
    return _Plane(
        rows_mm=(y - steps).astype(np.float32),
        columns_mm=(x - steps).astype(np.float32),
        heights_mm=slice_heights_mm(spec.slices),
    )


def slice_gap_mm(slices: int) -> float:
    """Return the slice distance in mm; a single slice stands for the whole central part."""
    if slices == 1:
        return (CENTRAL[1] - CENTRAL[0]) * (BRAIN_TOP_MM - BRAIN_BOTTOM_MM)
    heights = slice_heights_mm(slices)
    return float(heights[1] - heights[0])


def volume_diagonal_mm(spec: DomainSpec) -> float:
    """Return the diagonal of a subject's slices, the largest distance that can be in them."""
    shape = (spec.slices, spec.image_size, spec.image_size)
    return diagonal_mm(shape, (slice_gap_mm(spec.slices), spec.spacing_mm, spec.spacing_mm))


def check_numbers(spec: DomainSpec) -> None:
    """Raise ValueError naming the field for numbers with which no slices can be made."""
    for field, least in (("subjects", 1), ("first_subject", 0), ("slices", 1), ("seed", 0)):
        if getattr(spec, field) < least:
            raise DomainError(field, f"must be at least {least}, got {getattr(spec, field)}")
    if not 0.5 <= spec.spacing_mm <= 8.0:
        raise DomainError("spacing_mm", f"must be between 0.5 and 8, got {spec.spacing_mm}")
    if spec.image_size * spec.spacing_mm < FIELD_OF_VIEW_MM:
        least = int(np.ceil(FIELD_OF_VIEW_MM / spec.spacing_mm))
        raise DomainError(
            "image_size",
            f"{spec.image_size} pixels of {spec.spacing_mm} mm would cut the brain's edge off; "
            f"at that spacing it must be at least {least}",
        )
