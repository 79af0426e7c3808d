"""Code shared by density-ratio estimators: kernels, widths, the ratio, sample size."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist, pdist

Array = NDArray[np.float64]
WIDTH_FACTORS = (0.1, 0.2, 0.35, 0.6, 1.0, 1.7, 3.0)  # ours, times the median distance


class Edge(StrEnum):
    """Where in the grid of candidates a choice lies: at an end, a better one may lie beyond it."""

    INSIDE = ""
    SMALLEST = "smallest"
    LARGEST = "largest"


@dataclass(frozen=True)
class DensityRatio:
    """w(x) = sum_l a_l exp(-||x - c_l||^2 / (2 s^2)), an estimate of p_target(x) / p_source(x).

    ``edge`` tells where among its candidates the width lies.
    """

    centres: Array  # (centres, d)
    coefficients: Array  # (centres,), never negative
    width: float
    edge: Edge = Edge.INSIDE

    def __call__(self, features: Array) -> Array:
        """Return the ratio at ``features`` (n, d), (n,)."""
        values: Array = gaussian_kernel(features, self.centres, self.width) @ self.coefficients
        return values


def gaussian_kernel(left: Array, right: Array, width: float) -> Array:
    """Return exp(-||l_i - r_j||^2 / (2 width^2)), (n, m), for (n, d) and (m, d)."""
    kernel: Array = np.exp(cdist(left, right, "sqeuclidean") / (-2 * width**2))
    return kernel


def median_distance(source: Array, target: Array) -> float:
    """Return the median distance between distinct samples of both domains pooled."""
    distance = float(np.median(pdist(np.concatenate([source, target]))))
    if distance > 0:
        return distance
    raise ValueError("more than half of the samples are equal: no kernel width fits; drop repeats")


def width_candidates(source: Array, target: Array) -> list[float]:
    """Return the kernel widths that cross-validation chooses from, smallest first."""
    unit = median_distance(source, target)
    return [unit * factor for factor in WIDTH_FACTORS]


def edge_of(value: float, candidates: Sequence[float]) -> Edge:
    """Return whether ``value`` is the smallest or the largest of several candidates."""
    if len(candidates) < 2:
        return Edge.INSIDE
    if value == min(candidates):
        return Edge.SMALLEST
    return Edge.LARGEST if value == max(candidates) else Edge.INSIDE


def draw_centres(target: Array, count: int, generator: np.random.Generator) -> Array:
    """Return at most ``count`` target samples, drawn without replacement."""
    chosen = generator.permutation(len(target))[:count]
    return target[chosen]


def effective_sample_size(weights: Array) -> float:
    """Return (sum w)^2 / sum w^2 (Kish 1965), the equivalent number of equal weights.

    n where all weights are equal, 1 where one has all the weight, 0 where none has any.
    """
    largest = float(np.max(weights, initial=0))
    if largest == 0:
        return 0.0
    scaled = weights / largest  # so that no square overflows
    return float(scaled.sum() ** 2 / np.square(scaled).sum())


def mean_one(weights: Array) -> Array:
    """Return the weights scaled to mean 1, so that a loss keeps its size."""
    mean = weights.mean()
    if not mean > 0:
        raise ValueError("all weights are zero: no kernel covers both domains")
    scaled: Array = weights / mean
    return scaled
