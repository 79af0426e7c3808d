"""Bhattacharyya matching of the weighted source to the target: van Opbroek et al. 2015.

Each training image i has a density p_i of its samples in the feature space and a weight w_i on the
simplex; the weighted density sum_i w_i p_i is fitted to the target's density q. The similarity here
is the Bhattacharyya coefficient, the integral of sqrt(p_w q), which is E_q sqrt(p_w / q). It is
estimated by the mean over target samples, which is concave in w.

From the paper: densities by image, weights on the simplex. Ours: Gaussian kernel densities with
one width for all (Scott's rule times the target's mean deviation), and the solver of ``mixture``.
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.methods.weighting.mixture import coefficient_shares
from benchmarks.engine.methods.weighting.ratio import Array, gaussian_kernel


def image_shares(
    source: Array, target: Array, *, index: NDArray[np.int_], width: float | None = None
) -> Array:
    """Return the weights (images,) on the simplex, where ``index`` (n,) counts images from 0."""
    width = scott_width(target) if width is None else width
    members = np.zeros((len(source), index.max() + 1))
    members[np.arange(len(source)), index] = 1
    densities = gaussian_kernel(target, source, width) @ (members / members.sum(axis=0))
    own = gaussian_kernel(target, target, width).mean(axis=1)
    covered = densities.sum(axis=1) > 0
    if not covered.any():
        raise ValueError("no source sample is near the target: widen the width or standardise")
    return coefficient_shares(densities[covered], 1 / np.sqrt(own[covered]))


def scott_width(target: Array) -> float:
    """Return m^(-1 / (d + 4)) times the root mean variance of ``target`` (m, d) (Scott 1992)."""
    width = len(target) ** (-1 / (target.shape[1] + 4)) * np.sqrt(target.var(axis=0).mean())
    if not width > 0:
        raise ValueError("all target samples are equal: give a width")
    return float(width)
