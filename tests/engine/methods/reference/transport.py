"""Optimal maps in closed form: of numbers, and between Gaussians."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.methods.translation.optimal_transport import covariance_of, symmetric_power

Array = NDArray[np.floating]
RIDGE = 1e-6


def quantile_map(values: Array, reference: Array) -> Array:
    """Return ``values`` (n,) carried onto ``reference`` (m,): the optimal map of numbers.

    The i-th smallest takes the mean of the reference's quantile function over
    [(i - 1)/n, i/n], which is the barycentre of where its mass goes. Equal values go apart in their
    order: for images, whose background has one value, use histogram matching.
    """
    ordered = np.sort(reference)
    mass = np.concatenate([[0.0], np.cumsum(ordered) / len(ordered)])  # integral up to j/m
    levels = np.arange(len(values) + 1) / len(values)
    integral = np.interp(levels, np.arange(len(ordered) + 1) / len(ordered), mass)
    carried = np.empty(len(values))
    carried[np.argsort(values, kind="stable")] = np.diff(integral) * len(values)
    return carried


def gaussian_map(source: Array, target: Array, *, ridge: float = RIDGE) -> tuple[Array, Array]:
    """Return (A, b) of x -> x A + b, the optimal map between Gaussians fitted to both.

    A = C_s^-1/2 (C_s^1/2 C_t C_s^1/2)^1/2 C_s^-1/2, b = m_t - m_s A (Peyre and Cuturi 2019,
    remark 2.31). ``ridge`` is added to each variance; it is ours.
    """
    first, second = covariance_of(source, ridge), covariance_of(target, ridge)
    root = symmetric_power(first, 0.5)
    inverse = symmetric_power(first, -0.5)
    matrix = inverse @ symmetric_power(root @ second @ root, 0.5) @ inverse
    return matrix, target.mean(axis=0) - source.mean(axis=0) @ matrix
