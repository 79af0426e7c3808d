"""Weights and selections that change the frequencies of classes.

Where only the shares of classes differ between domains, p_target(x, y) / p_source(x, y) is
q(y) / p(y), the ratio of the shares (Saerens, Latinne and Decaestecker 2002).
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.methods.weighting.ratio import Array

Labels = NDArray[np.int_]


def balancing_selection_weights(labels: Labels, *, generator: np.random.Generator) -> Array:
    """Return weights (n,): 1 for as many random samples of each class as the rarest has, else 0."""
    _, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
    weights = np.zeros(len(labels))
    for value in range(len(counts)):
        weights[generator.permutation(np.flatnonzero(index == value))[: counts.min()]] = 1
    return weights
