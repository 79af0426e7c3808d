"""Weights that give classes other shares (Saerens, Latinne and Decaestecker 2002)."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.methods.weighting.ratio import Array

Labels = NDArray[np.int_]


def balancing_weights(labels: Labels) -> Array:
    """Return n / (K n_y) for labels (n,) of K classes: every class weighs the same; mean 1."""
    _, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
    weights: Array = len(labels) / (len(counts) * counts[index])
    return weights


def share_matching_weights(labels: Labels, shares: Mapping[int, float]) -> Array:
    """Return q(y) / p(y) for labels (n,) and the target's ``shares`` by class; mean 1."""
    values, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
    missing = sorted(set(shares) ^ {int(value) for value in values})
    if missing:
        raise ValueError(f"shares and labels differ in classes {missing}: give one share each")
    wanted = np.array([shares[int(value)] for value in values], dtype=float)
    if wanted.min() < 0 or not np.isclose(wanted.sum(), 1):
        raise ValueError(f"shares must be >= 0 and sum to 1, got {dict(shares)}")
    weights: Array = (wanted * len(labels) / counts)[index]
    return weights
