"""A site's rater, whose borders between tissues wander where partial volume leaves room."""

import numpy as np

from benchmarks.engine.domains.anatomy import WARP_GRID, WARP_MM
from benchmarks.engine.domains.domain import Floats
from benchmarks.engine.domains.fields import sample, smooth_noise
from benchmarks.engine.domains.sites import Rater
from benchmarks.engine.domains.tissues import (
    DEEP_GREY,
    ENHANCING,
    HYPERINTENSITY,
    NECROSIS,
    OEDEMA,
    TISSUES,
)

WANDER_MM = 12.0
"""Length along a border over which a rater's deviation stays alike (ours)."""
SEEN = 0.05
"""Least share of a tissue in a voxel from which a rater may see it there."""
OUTLINED = (HYPERINTENSITY, OEDEMA, ENHANCING, NECROSIS, DEEP_GREY)
"""Tissues that are outlined as objects, which a generous rater draws too large."""


def rated(fractions: Floats, points: Floats, rater: Rater, rng: np.random.Generator) -> Floats:
    """Return the shares (tissues, n) by which the rater labels; the largest is the label.

    Each share is moved by smooth noise of its own, and those of outlined tissues by the rater's
    generosity too. A tissue that is not in a voxel is never drawn there, nor is anything outside
    the brain.
    """
    drawn = fractions.copy()
    for tissue in range(TISSUES):
        noise = smooth_noise(rng, WARP_GRID, grid_mm=WARP_MM, fwhm_mm=WANDER_MM)
        there = fractions[tissue] > SEEN
        moved = rater.wander * sample(noise, points[:, there], grid_mm=WARP_MM)
        drawn[tissue, there] += moved + (rater.generosity if tissue in OUTLINED else 0.0)
    outside = fractions.sum(axis=0) == 0
    drawn = np.maximum(drawn, 0)
    drawn[:, outside] = 0
    return np.asarray(drawn, dtype=np.float32)
