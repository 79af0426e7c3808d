"""Weights of samples, and the coefficient that they are to raise: van Opbroek et al. 2015."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.methods.weighting.bhattacharyya import image_shares, scott_width
from benchmarks.engine.methods.weighting.ratio import Array, gaussian_kernel


def bhattacharyya_weights(
    source: Array,
    target: Array,
    *,
    images: NDArray[np.int_] | None = None,
    width: float | None = None,
) -> Array:
    """Return weights (n,) of mean 1 for ``source`` (n, d), towards ``target`` (m, d).

    ``images`` (n,) says which image a sample is of; the samples of one image share its weight
    equally. Without it each sample is an image: then few samples carry most weight.
    """
    groups = np.arange(len(source)) if images is None else np.asarray(images)
    _, index, counts = np.unique(groups, return_inverse=True, return_counts=True)
    shares = image_shares(source, target, index=index, width=width)
    weights: Array = len(source) * shares[index] / counts[index]
    return weights


def bhattacharyya_coefficient(
    source: Array, target: Array, weights: Array, *, width: float | None = None
) -> float:
    """Return mean_j sqrt(p_w(t_j) / q(t_j)), an estimate: 1 where the densities are equal."""
    width = scott_width(target) if width is None else width
    weighted = gaussian_kernel(target, source, width) @ (weights / weights.sum())
    own = gaussian_kernel(target, target, width).mean(axis=1)
    return float(np.sqrt(weighted / own).mean())
