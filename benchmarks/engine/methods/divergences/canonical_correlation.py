"""Canonical correlations of two domains' features, which are paired by their class."""

import torch
from torch import Tensor

from benchmarks.engine.methods.divergences.precision import in_full_precision

RIDGE = 1e-3
"""Share of the mean variance that is added to each variance (ours): covariances have inverses."""


@in_full_precision
def class_correlation(
    source: Tensor, target: Tensor, source_classes: Tensor, target_classes: Tensor
) -> Tensor:
    """Return the canonical correlation, 0 to 1, of features (n, d) and (m, d) paired by class.

    Cluster CCA (Rasiwasia et al. 2014): a feature is paired with every feature of its class in the
    other domain, so that no person need be scanned twice. ``source_classes`` (n,) and
    ``target_classes`` (m,) are 0 and 1; a class that one domain lacks has no pairs. Pairs know of
    each other only through their class, so that all correlations but the first are 0.
    """
    pairs = (source_classes[:, None] == target_classes[None, :]).to(source.dtype)
    return canonical_correlations(source, target, pairs / pairs.sum().clamp_min(1))[0]


@in_full_precision
def canonical_correlations(
    first: Tensor, second: Tensor, pairs: Tensor, *, ridge: float = RIDGE
) -> Tensor:
    """Return the canonical correlations, (d,), of features (n, d) and (m, d), largest first.

    Hotelling 1936: the singular values of C_11^-1/2 C_12 C_22^-1/2. ``pairs`` (n, m) is the
    probability of each pair, so that C_12 = sum_ij P_ij x_i y_j' with x and y centred by their
    shares in it. Whitening by the Cholesky factor has the same singular values as by the root.
    """
    rows, columns = pairs.sum(dim=1, keepdim=True), pairs.sum(dim=0)[:, None]
    left = first - (rows * first).sum(dim=0)
    right = second - (columns * second).sum(dim=0)
    between = left.T @ pairs @ right
    whitened = _whitened(between, rows * left, left, ridge)
    whitened = _whitened(whitened.T, columns * right, right, ridge)
    return torch.linalg.svdvals(whitened)


def _whitened(between: Tensor, weighted: Tensor, centred: Tensor, ridge: float) -> Tensor:
    """Return L^-1 ``between``, with L L' the covariance of ``centred`` features (n, d)."""
    covariance = weighted.T @ centred
    tiny = torch.finfo(covariance.dtype).tiny
    added = (ridge * covariance.diagonal().mean()).clamp_min(tiny**0.5)
    eye = torch.eye(len(covariance), dtype=covariance.dtype, device=covariance.device)
    factor = torch.linalg.cholesky(covariance + added * eye)
    return torch.linalg.solve_triangular(factor, between, upper=False)
