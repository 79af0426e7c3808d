"""The loss of average likelihood where one domain's density is used for the other's features."""

import math

import torch
from torch import Tensor

from benchmarks.engine.methods.divergences.precision import in_full_precision
from benchmarks.engine.training.losses import covariance

RIDGE = 1e-3
"""Added to each variance (ours): keeps densities finite where features do not vary."""


@in_full_precision
def average_log_likelihood(features: Tensor, mean: Tensor, spread: Tensor) -> Tensor:
    """Return the mean over ``features`` (n, d) of log N(x; ``mean``, ``spread``), a scalar in nats.

    ``mean`` is (d,), ``spread`` the covariance (d, d).
    """
    factor = torch.linalg.cholesky(spread)
    scaled = torch.linalg.solve_triangular(factor, (features - mean).T, upper=False)
    log_root_det = factor.diagonal().log().sum()
    constant = features.shape[1] * math.log(2 * math.pi) / 2
    return -scaled.square().sum(dim=0).mean() / 2 - log_root_det - constant


@in_full_precision
def likelihood_gap(source: Tensor, target: Tensor) -> Tensor:
    """Return what both domains lose in average log-likelihood by the other's density, a scalar.

    L_s(s) - L_t(s) + L_t(t) - L_s(t), where L_k is the average log-likelihood under the Gaussian
    with domain k's mean and covariance: the divergence of Kullback and Leibler 1951, both ways,
    estimated by Gaussians. 0 where means and covariances agree. L_t(s) alone would be largest where
    all features shrink to a point. Features are (n, d) and (m, d).
    """
    eye = RIDGE * torch.eye(source.shape[1], dtype=source.dtype, device=source.device)
    densities = [(x.mean(dim=0), covariance(x) + eye) for x in (source, target)]
    own = [average_log_likelihood(x, *d) for x, d in zip((source, target), densities, strict=True)]
    others = [
        average_log_likelihood(x, *d)
        for x, d in zip((source, target), reversed(densities), strict=True)
    ]
    return own[0] - others[0] + own[1] - others[1]
