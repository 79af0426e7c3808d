"""Optimal-transport maps of source features onto the target (Courty et al. 2017).

The plan G minimises sum_ij G_ij ||s_i - t_j||^2 (- e H(G) with entropy) over couplings of both
uniform samples; s_i goes to the barycentre sum_j G_ij t_j / sum_j G_ij (eq. 14). Between Gaussians
the map is affine in closed form, and in one dimension it is monotone. Plans are POT's (network
simplex and Sinkhorn in the log domain). Ours: with entropy, costs are divided by their maximum, so
that the entropy does not depend on the scale of features.
"""

import numpy as np
import ot  # type: ignore[import-untyped]
from numpy.typing import NDArray
from scipy import linalg
from scipy.spatial.distance import cdist

Array = NDArray[np.floating]
RIDGE = 1e-6


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
    """Return ``source`` (n, d) mapped onto ``target`` (m, d), (n, d)."""
    plan = transport_plan(source, target, entropy=entropy)
    carried: Array = plan @ target / plan.sum(axis=1, keepdims=True)
    return carried


def coral_map(source: Array, target: Array, *, ridge: float = 1.0) -> Array:
    """Return ``source`` (n, d) whitened and coloured as the target, (n, d).

    CORAL (Sun, Feng and Saenko 2016, algorithm 1): C_s^-1/2 C_t^1/2 with the identity added to both
    covariances. It resembles the optimal map between Gaussians but is not optimal. The paper
    assumes features of mean zero; ours subtracts the source's mean and adds the target's.
    """
    whitening = symmetric_power(covariance_of(source, ridge), -0.5)
    colouring = symmetric_power(covariance_of(target, ridge), 0.5)
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


def covariance_of(features: Array, ridge: float) -> Array:
    """Return the covariance (d, d) of ``features`` (n, d), with ``ridge`` added to variances."""
    covariance = np.atleast_2d(np.cov(features, rowvar=False))
    return covariance + ridge * np.eye(features.shape[1])
