"""A simulated glioma: necrosis, enhancing rim, oedema, and the displacement of the brain."""

from dataclasses import dataclass

import numpy as np

from benchmarks.engine.domains.domain import Flags, Floats
from benchmarks.engine.domains.fields import sample, smooth_noise
from benchmarks.engine.domains.tissues import (
    CSF,
    DEEP_GREY,
    ENHANCING,
    GREY,
    NECROSIS,
    OEDEMA,
    WHITE,
)

SHAPE_GRID = (16, 16, 16)
SHAPE_MM = 4.0
CORE_MM = (7.0, 20.0)
OEDEMA_BEYOND_CORE_MM = (6.0, 16.0)
PUSH_REACH_MM = 16.0
"""Distance beyond the core's surface over which the displacement decays."""
UNMOVED_RIM_MM = 18.0
"""Depth below the brain's surface over which displacement fades: the skull does not move."""


@dataclass(frozen=True)
class Tumour:
    """Nested star-shaped surfaces about ``centre``; ``shape`` perturbs core, necrosis, oedema.

    ``agent_mm`` is the concentration of contrast agent in the enhancing rim, in mmol per litre.
    """

    centre: Floats
    core_mm: float
    necrosis_share: float
    oedema_mm: float
    push: float
    agent_mm: float
    shape: Floats


def grow(rng: np.random.Generator, seeds: Floats) -> Tumour:
    """Return a tumour seeded at one of the points (3, n) where one may start."""
    centre = seeds[:, rng.integers(seeds.shape[1])]
    core = float(rng.uniform(*CORE_MM))
    noises = [smooth_noise(rng, SHAPE_GRID, grid_mm=SHAPE_MM, fwhm_mm=18) for _ in range(3)]
    return Tumour(
        centre=centre.astype(np.float32),
        core_mm=core,
        necrosis_share=float(rng.uniform(0.45, 0.75)),
        oedema_mm=core + float(rng.uniform(*OEDEMA_BEYOND_CORE_MM)),
        push=float(rng.uniform(0.15, 0.4)),
        agent_mm=float(np.clip(rng.normal(0.18, 0.04), 0.1, 0.3)),
        shape=np.stack(noises),
    )


def seeds_of(points: Floats, fractions: Floats, depth: Floats, template: Floats) -> Floats:
    """Return the points at which a glioma may start: cerebral white matter off the midline."""
    white = fractions[WHITE] > 0.6
    off_midline = np.abs(template[0] - 98.0) > 14.0
    cerebral: Flags = (template[2] > 62.0) & (template[2] < 118.0)
    allowed = white & off_midline & cerebral & (depth > 12.0)
    return points[:, allowed]


def push_aside(tumour: Tumour, points: Floats, depth: Floats) -> Floats:
    """Return the displacement (3, n) from points to their tissue's place before the tumour."""
    offset = points - tumour.centre[:, None]
    distance = np.linalg.norm(offset, axis=0)
    reach = tumour.core_mm + PUSH_REACH_MM
    strength = tumour.push * np.exp(-((distance / reach) ** 2))
    strength *= np.clip(depth / UNMOVED_RIM_MM, 0.0, 1.0)
    return np.asarray(-offset * strength, dtype=np.float32)


def infiltrate(tumour: Tumour, fractions: Floats, points: Floats, rough: Floats) -> Floats:
    """Return tissue fractions (tissues, n) with the tumour; ``rough`` is noise at the points.

    Oedema follows white matter: it reaches further there, stops short in grey and spares fluid.
    """
    offset = points - tumour.centre[:, None]
    distance = np.linalg.norm(offset, axis=0) + 1e-3
    on_sphere = np.float32(24.0) * offset / distance + np.float32(32.0)
    core_shape, necrosis_shape, oedema_shape = sample(tumour.shape, on_sphere, grid_mm=SHAPE_MM)
    core_mm = tumour.core_mm * (1 + 0.16 * core_shape) + 0.7 * rough
    necrosis_mm = core_mm * np.clip(tumour.necrosis_share + 0.1 * necrosis_shape, 0.2, 0.82)
    along_white = 0.8 + 0.25 * fractions[WHITE]
    beyond = (tumour.oedema_mm - tumour.core_mm) * (1 + 0.35 * oedema_shape)
    oedema_mm = core_mm + np.maximum(beyond, 2.0) * along_white + 1.2 * rough
    core = _inside(core_mm - distance, 0.6)
    necrosis = core * _inside(necrosis_mm - distance, 0.6)
    grey = fractions[GREY] + fractions[DEEP_GREY]
    spared = 0.9 * fractions[CSF] + 0.45 * grey
    oedema = (1 - core) * _inside(oedema_mm - distance, 0.9) * (1 - spared)
    mixed = fractions * (1 - core - oedema)
    mixed[NECROSIS] = necrosis
    mixed[ENHANCING] = core - necrosis
    mixed[OEDEMA] = oedema
    return np.asarray(mixed, dtype=np.float32)


def _inside(depth_mm: Floats, softness_mm: float) -> Floats:
    scaled = np.clip(depth_mm / softness_mm, -20, 20)
    return np.asarray(1 / (1 + np.exp(-scaled)), dtype=np.float32)
