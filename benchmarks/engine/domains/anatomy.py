"""Anatomy of one simulated subject, identical at every scanner: deformation, age, pathology."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.engine.domains import hyperintensities, tumour
from benchmarks.engine.domains.domain import Floats
from benchmarks.engine.domains.fields import exponential, grid_points, sample, smooth_noise
from benchmarks.engine.domains.template import CENTRE_MM, MAPS_MM, SHAPE_MM, Template, template_for
from benchmarks.engine.domains.tissues import CSF, DEEP_GREY, GREY, TISSUES, WHITE

WARP_MM = 6.0
WARP_GRID = tuple(int(np.ceil(size / WARP_MM)) + 1 for size in SHAPE_MM)
FOLDS_MM = 3.0
FOLDS_GRID = tuple(int(np.ceil(size / FOLDS_MM)) + 1 for size in SHAPE_MM)
SCALE = (0.88, 0.96)
"""The template is larger than most brains it was averaged from, so subjects are smaller."""
REFERENCE_MM = 6.0
TURN_RAD = 0.08
TEMPERATURE = 1.5
FOLDS = 0.9
"""Standard deviation of the noise added to tissue log-probabilities, which varies the sulci."""
AGES = {"healthy": (45.0, 16.0), "glioma": (58.0, 12.0), "lesions": (68.0, 9.0)}
"""Mean and standard deviation of age in years, by cohort (ours: plausible, not measured)."""


@dataclass(frozen=True)
class Subject:
    """What distinguishes a subject: deformation, folds, age, pathology, tissue parameters.

    ``displacement`` (3, grid of WARP_MM) and ``matrix`` map a point of the subject to the template.
    ``noises`` (6, grid of FOLDS_MM) are three fields for tissue, two for lesions and one for
    texture. ``relaxation`` scales T1 and T2 of each tissue: (2, tissues).
    """

    age: float
    displacement: Floats
    matrix: Floats
    noises: Floats
    relaxation: Floats
    tumour: tumour.Tumour | None
    lesions: hyperintensities.Hyperintensities | None

    def to_template(self, points: Floats) -> Floats:
        """Return template coordinates (3, n) of the subject's points (3, n), in mm."""
        before = points + sample(self.displacement, points, grid_mm=WARP_MM)
        return _turn(self.matrix, before)


def subject_rng(seed: int, cohort: str, number: int, *purpose: str) -> np.random.Generator:
    """Return the random generator of one subject and purpose, independent of all other draws."""
    key = "\n".join((str(seed), cohort, str(number), *purpose))
    digest = hashlib.sha256(key.encode()).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))


def make_subject(seed: int, cohort: str, number: int) -> Subject:
    """Return the subject with that number in that cohort, the same at every image size."""
    rng = subject_rng(seed, cohort, number, "anatomy")
    mean, spread = AGES[cohort]
    age = float(np.clip(rng.normal(mean, spread), 20, 90))
    healthy = Subject(
        age=age,
        displacement=_bend(rng),
        matrix=_orient(rng),
        noises=_folds(rng),
        relaxation=rng.normal(1.0, 0.03, (2, TISSUES)).clip(0.92, 1.08).astype(np.float32),
        tumour=None,
        lesions=None,
    )
    if cohort == "glioma":
        return _with_tumour(healthy, rng)
    if cohort == "lesions":
        return replace(healthy, lesions=hyperintensities.appear(rng, age))
    return healthy


def tissue_fractions(subject: Subject, points: Floats, template: Template) -> Floats:
    """Return the fraction of each tissue at each point, (tissues, n), zero outside the brain."""
    source = subject.to_template(points)
    inside = sample(template.tissue[0], source, grid_mm=template.tissue_mm, mode="constant") > 0.5
    fractions = np.zeros((TISSUES, points.shape[1]), dtype=np.float32)
    fractions[:, inside] = _mix(subject, points[:, inside], source[:, inside], template)
    return fractions


def brain_middle(subject: Subject, template: Template) -> tuple[float, float]:
    """Return x and y of the centre of the brain's bounding box, on which the field of view lies."""
    points = grid_points(WARP_GRID, grid_mm=WARP_MM)
    source = subject.to_template(points)
    depth = sample(template.maps[0], source, grid_mm=MAPS_MM, mode="constant")
    x, y = points[:2, depth > 0.5]
    return float(x.min() + x.max()) / 2, float(y.min() + y.max()) / 2


def _mix(subject: Subject, points: Floats, source: Floats, template: Template) -> Floats:
    depth, ventricle, nuclei = sample(template.maps, source, grid_mm=MAPS_MM)
    noises = sample(subject.noises[:5], points, grid_mm=FOLDS_MM)
    ventricle = ventricle - _widening_mm(subject.age)
    fractions = np.zeros((TISSUES, points.shape[1]), dtype=np.float32)
    fractions[:3] = _tissues(subject.age, source, template, noises, depth, ventricle)
    _set_nuclei(fractions, nuclei)
    if subject.lesions is not None:
        return hyperintensities.replace_white(
            subject.lesions,
            fractions,
            ventricle_mm=ventricle,
            depth=depth,
            template=source,
            noises=noises[3:5],
        )
    if subject.tumour is not None:
        return tumour.infiltrate(subject.tumour, fractions, points, noises[3])
    return fractions


def _tissues(
    age: float,
    source: Floats,
    template: Template,
    noises: Floats,
    depth: Floats,
    ventricle: Floats,
) -> Floats:
    grey, white = sample(template.tissue[1:], source, grid_mm=template.tissue_mm)
    fluid = np.clip(1 - grey - white, 0, 1)
    logits = np.log(np.clip(np.stack([fluid, grey, white]), 0.01, 1.0))
    logits += FOLDS * noises[:3]
    logits[CSF] += 0.9 * (age - 45) / 40 * np.clip((30 - depth) / 15, 0, 1)
    shares = _softmax(TEMPERATURE * logits)
    return _open_ventricles(shares, ventricle)


def _set_nuclei(fractions: Floats, nuclei: Floats) -> None:
    """Turn the grey and white matter inside the deep nuclei into deep grey matter, in place."""
    inside = np.clip((nuclei - 0.5) / 0.5 + 0.5, 0, 1)
    for tissue in (GREY, WHITE):
        fractions[DEEP_GREY] += inside * fractions[tissue]
        fractions[tissue] *= 1 - inside


def _open_ventricles(shares: Floats, ventricle: Floats) -> Floats:
    """Return tissue fractions with the ventricles widened by age and filled with fluid."""
    fluid = 1 / (1 + np.exp(np.clip(ventricle / 0.5, -20, 20)))
    opened = shares * (1 - fluid)
    opened[CSF] += fluid
    return np.asarray(opened, dtype=np.float32)


def _widening_mm(age: float) -> float:
    return float(np.clip((age - 45) / 40 * 2.2, -0.8, 2.8))


def _softmax(logits: Floats) -> Floats:
    exponent = np.exp(logits - logits.max(axis=0))
    return np.asarray(exponent / exponent.sum(axis=0), dtype=np.float32)


def _bend(rng: np.random.Generator) -> Floats:
    broad = [smooth_noise(rng, WARP_GRID, grid_mm=WARP_MM, fwhm_mm=60) for _ in range(3)]
    local = [smooth_noise(rng, WARP_GRID, grid_mm=WARP_MM, fwhm_mm=22) for _ in range(3)]
    velocity = 3.2 * np.tanh(np.stack(broad) / 2) * 2 + 0.9 * np.stack(local)
    return exponential(velocity.astype(np.float32), grid_mm=WARP_MM)


def _orient(rng: np.random.Generator) -> Floats:
    """Return the matrix from subject to template: three small rotations and a scale per axis."""
    x, y, z = rng.uniform(-TURN_RAD, TURN_RAD, 3)
    size = rng.uniform(*SCALE) * rng.uniform(0.985, 1.015, 3)
    about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    return np.asarray(np.diag(1 / size) @ about_x @ about_y @ about_z, dtype=np.float32)


def _turn(matrix: Floats, points: Floats) -> Floats:
    centre = np.array(CENTRE_MM, dtype=np.float32)[:, None]
    return np.asarray(centre + matrix @ (points - centre), dtype=np.float32)


def _folds(rng: np.random.Generator) -> Floats:
    lengths = (6, 6, 6, 8, 11, 5)
    fields = [smooth_noise(rng, FOLDS_GRID, grid_mm=FOLDS_MM, fwhm_mm=mm) for mm in lengths]
    return np.stack(fields)


def _with_tumour(healthy: Subject, rng: np.random.Generator) -> Subject:
    template = template_for(REFERENCE_MM)  # not the images': a seed must not move with pixel size
    points = grid_points(WARP_GRID, grid_mm=WARP_MM)
    source = healthy.to_template(points)
    depth = sample(template.maps[0], source, grid_mm=MAPS_MM, mode="constant")
    fractions = tissue_fractions(healthy, points, template)
    growth = tumour.grow(rng, tumour.seeds_of(points, fractions, depth, source))
    pushed = tumour.push_aside(growth, points, depth)
    moved = points + pushed
    total = pushed + sample(healthy.displacement, moved, grid_mm=WARP_MM)
    return replace(healthy, displacement=total.reshape(healthy.displacement.shape), tumour=growth)
