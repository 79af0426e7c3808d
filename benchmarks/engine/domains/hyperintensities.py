"""White matter hyperintensities: periventricular caps and bands, and some deep lesions."""

from dataclasses import dataclass

import numpy as np

from benchmarks.engine.domains.domain import Floats
from benchmarks.engine.domains.tissues import HYPERINTENSITY, WHITE

HORNS_FROM_CENTRE_MM = 26.0
"""Distance in front of or behind the centre of the ventricles at which the caps begin."""
VENTRICLES_CENTRE_Y_MM = 121.0


@dataclass(frozen=True)
class Hyperintensities:
    """Burden of one subject: reach of the periventricular band and rarity of deep lesions.

    ``band_mm`` is the reach of the band. ``deep_level`` is the noise value (in standard deviations)
    above which white matter becomes a deep lesion.
    """

    band_mm: float
    cap_mm: float
    deep_level: float


def appear(rng: np.random.Generator, age: float) -> Hyperintensities:
    """Return one subject's burden, which grows with age and differs between subjects."""
    load = float(np.clip(0.25 + (age - 50) / 55 + rng.normal(0, 0.15), 0.1, 1.0))
    return Hyperintensities(
        band_mm=1.0 + 4.0 * load,
        cap_mm=2.5 + 6.0 * load,
        deep_level=3.1 - 1.4 * load,
    )


def replace_white(
    burden: Hyperintensities,
    fractions: Floats,
    *,
    ventricle_mm: Floats,
    depth: Floats,
    template: Floats,
    noises: Floats,
) -> Floats:
    """Return tissue fractions (tissues, n) with lesions in place of some white matter.

    ``ventricle_mm`` is the distance to the lateral ventricles, ``noises`` are two fields.
    """
    from_middle = np.abs(template[1] - VENTRICLES_CENTRE_Y_MM)
    cap = np.clip((from_middle - HORNS_FROM_CENTRE_MM) / 10.0, 0, 1)
    above = np.clip((template[2] - 62.0) / 6.0, 0, 1)
    reach = (burden.band_mm + cap * burden.cap_mm) * above
    around = reach * (1 + 0.35 * noises[0]) - ventricle_mm
    deep_enough = np.clip((depth - 8.0) / 4.0, 0, 1) * above
    blobs = (noises[1] - burden.deep_level) * 4.0 - 6.0 * (1 - deep_enough)
    share = np.maximum(_sigmoid(around / 0.7), _sigmoid(blobs)) * _sigmoid(
        (fractions[WHITE] - 0.55) * 12
    )
    lesion = fractions[WHITE] * share
    mixed = fractions.copy()
    mixed[WHITE] -= lesion
    mixed[HYPERINTENSITY] += lesion
    return mixed


def _sigmoid(value: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -20, 20))), dtype=np.float32)
