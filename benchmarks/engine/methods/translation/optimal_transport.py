"""Carrying the source onto the target at the least squared distance (Courty et al. 2017).

The plan G minimises sum_ij G_ij ||s_i - t_j||^2 (- e H(G) with entropy) over couplings of both
uniform samples; s_i goes to the barycentre sum_j G_ij t_j / sum_j G_ij (eq. 14). Between Gaussians
the map is affine in closed form, and between numbers it is the monotone one.

Plans are POT's (network simplex and Sinkhorn in the log domain). Ours: costs are divided by their
maximum where an entropy is given, so that it means the same at any scale of features.
"""

import numpy as np
import ot  # type: ignore[import-untyped]
from numpy.typing import NDArray
from scipy import linalg
from scipy.spatial.distance import cdist

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


def transport_plan(source: Array, target: Array, *, entropy: float | None = None) -> Array:
    """Return the plan (n, m) between features (n, d) and (m, d), each row of mass 1/n."""
    costs = cdist(source, target, "sqeuclidean")
    own, other = ot.unif(len(source)), ot.unif(len(target))
    if entropy is None:
        plan: Array = ot.emd(own, other, costs)
        return plan
    if entropy <= 0:
        raise ValueError(f"entropy must be > 0, or None for the exact plan; got {entropy}")
    largest = costs.max() or 1.0
    softened: Array = ot.sinkhorn(
        own, other, costs / largest, entropy, method="sinkhorn_log", numItermax=2000
    )
    return softened


def barycentric_map(source: Array, target: Array, *, entropy: float | None = None) -> Array:
    """Return ``source`` (n, d) carried onto ``target`` (m, d), (n, d)."""
    plan = transport_plan(source, target, entropy=entropy)
    carried: Array = plan @ target / plan.sum(axis=1, keepdims=True)
    return carried


def gaussian_map(source: Array, target: Array, *, ridge: float = RIDGE) -> tuple[Array, Array]:
    """Return (A, b) of x -> x A + b, the optimal map between Gaussians fitted to both.

    A = C_s^-1/2 (C_s^1/2 C_t C_s^1/2)^1/2 C_s^-1/2, b = m_t - m_s A (Peyre and Cuturi 2019,
    remark 2.31). ``ridge`` is added to each variance; it is ours.
    """
    first, second = _covariance(source, ridge), _covariance(target, ridge)
    root = symmetric_power(first, 0.5)
    inverse = symmetric_power(first, -0.5)
    matrix = inverse @ symmetric_power(root @ second @ root, 0.5) @ inverse
    return matrix, target.mean(axis=0) - source.mean(axis=0) @ matrix


def coral_map(source: Array, target: Array, *, ridge: float = 1.0) -> Array:
    """Return ``source`` (n, d) whitened and coloured as the target, (n, d).

    CORAL (Sun, Feng and Saenko 2016, algorithm 1): C_s^-1/2 C_t^1/2 with the identity added to
    both covariances; it is no optimal map, but its near relative. The paper wants features of mean
    zero; ours takes the source's mean off and puts the target's on.
    """
    whitening = symmetric_power(_covariance(source, ridge), -0.5)
    colouring = symmetric_power(_covariance(target, ridge), 0.5)
    centred = source - source.mean(axis=0)
    carried: Array = centred @ whitening @ colouring + target.mean(axis=0)
    return carried


def symmetric_power(matrix: Array, exponent: float) -> Array:
    """Return the power of a symmetric positive definite matrix."""
    values, vectors = linalg.eigh(matrix)
    if values[0] <= 0:
        raise ValueError("a covariance is singular: fewer samples than features; raise ridge")
    power: Array = (vectors * values**exponent) @ vectors.T
    return power


def _covariance(features: Array, ridge: float) -> Array:
    covariance = np.atleast_2d(np.cov(features, rowvar=False))
    return covariance + ridge * np.eye(features.shape[1])
