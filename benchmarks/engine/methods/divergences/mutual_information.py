"""Mutual information of features and their domain under a Gaussian assumption, in nats.

A Gaussian x in k dimensions with covariance C has the entropy 1/2 log det C + k/2 log(2 pi e)
(Cover and Thomas 2006, theorem 8.4.1). It is differentiable and has a closed form to test against.
For other distributions it measures only what shows in means and covariances.

The log determinant of a covariance estimated from n samples is too small by a known amount, since
the scatter matrix of a Gaussian follows Wishart's law: E log det C_n = log det C + sum_i psi((n -
i) / 2) + k log(2 / n), i = 1 ... k, for C_n with divisor n (Bishop 2006, eq. B.81). The domains
have fewer samples each than both together, so that their entropies are too small by more, and the
difference of entropies is too large. At 64 channels and 256 samples of each domain that is 2.4 nats
between domains that are equal. ``domain_information`` subtracts it.
"""

import torch
from torch import Tensor

from benchmarks.engine.methods.divergences.precision import in_full_precision

RIDGE = 1e-4
"""Added to each direction's variance, which is 1 over both domains; keeps determinants above 0
where a direction varies in one domain alone. Ours."""
LEAST_VARIANCE = 1e-5
"""Directions with a smaller part of the largest variance are left out: single precision has no
more digits. Ours."""


@in_full_precision
def domain_information(source: Tensor, target: Tensor, *, ridge: float = RIDGE) -> Tensor:
    """Return I(x; domain) of unpaired features (n, d) and (m, d), a scalar without bias.

    H(x) - sum_k p_k H(x | domain k) with Gaussian entropies: 1/2 (log det C - p_s log det C_s - p_t
    log det C_t), where p_k are the shares of the domains and C = p_s C_s + p_t C_t + p_s p_t (m_s -
    m_t)(m_s - m_t)^T is the covariance of the mixture, minus the bias. Its mean is zero where means
    and covariances agree, so that single values can be below zero. Minimising it makes features
    uninformative about the domain.

    It is taken in the directions in which the features vary, at most half as many as the smaller
    domain has samples. Linear maps of the features, such as their scale, do not change it.
    """
    rows, others = source.shape[0], target.shape[0]
    share = rows / (rows + others)
    gap = source.mean(dim=0) - target.mean(dim=0)
    inside, outside = moments(source), moments(target)
    mixture = share * inside + (1 - share) * outside + share * (1 - share) * torch.outer(gap, gap)
    if not mixture.isfinite().all():
        return mixture.sum()  # not finite: the training loop says where
    directions = varying_directions(mixture.detach(), most=max(1, min(rows, others) // 2))
    count = directions.shape[1]
    if not count:
        return mixture.sum() * 0  # nothing varies
    turned = [directions.T @ part @ directions for part in (mixture, inside, outside)]
    whole, of_source, of_target = (log_det(part, ridge) for part in turned)
    bias = log_det_bias(rows + others, count) - share * log_det_bias(rows, count)
    bias = bias - (1 - share) * log_det_bias(others, count)
    return (whole - share * of_source - (1 - share) * of_target - bias) / 2


def moments(features: Tensor) -> Tensor:
    """Return the covariance of ``features`` (samples, d) with the number of samples as divisor."""
    centred = features - features.mean(dim=0, keepdim=True)
    return centred.T @ centred / features.shape[0]


def varying_directions(covariance: Tensor, *, most: int) -> Tensor:
    """Return directions (d, k), at most ``most``, along which the variance is 1; widest first."""
    values, vectors = torch.linalg.eigh(covariance)  # ascending
    least = LEAST_VARIANCE * values[-1].clamp_min(torch.finfo(values.dtype).tiny)
    kept = (values > least).nonzero()
    chosen = kept.flatten().flip(0)[:most]
    return vectors[:, chosen] / values[chosen].sqrt()


def log_det_bias(samples: int, dimensions: int) -> float:
    """Return E log det C_n - log det C of Gaussian samples; needs more samples than dimensions."""
    if samples <= dimensions:
        raise ValueError(f"{samples} samples in {dimensions} dimensions have no log determinant")
    order = torch.arange(1, dimensions + 1, dtype=torch.float64)
    scale = dimensions * torch.log(torch.tensor(2.0 / samples, dtype=torch.float64))
    return float(torch.digamma((samples - order) / 2).sum() + scale)


def log_det(matrix: Tensor, ridge: float) -> Tensor:
    """Return log det(``matrix`` + ``ridge`` I) of a matrix (d, d), a scalar."""
    eye = torch.eye(matrix.shape[0], dtype=matrix.dtype, device=matrix.device)
    return torch.logdet(matrix + ridge * eye)
