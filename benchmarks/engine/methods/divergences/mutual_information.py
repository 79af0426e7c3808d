"""Mutual information of features under a Gaussian assumption, in nats.

For jointly Gaussian x and y, I(x; y) = 1/2 (log det C_x + log det C_y - log det C_xy) with the
joint covariance C_xy (Cover and Thomas 2006, eq. 8.37 and theorem 8.4.1). It is differentiable, has
one parameter and a closed form to test against. For other distributions it measures only dependence
that shows in the covariances. ``ridge`` is ours: it is added to each variance and keeps
determinants above zero where there are fewer samples than channels.
"""

import torch
from torch import Tensor

from benchmarks.engine.methods.divergences.precision import in_full_precision
from benchmarks.engine.training.losses import covariance

RIDGE = 1e-4


@in_full_precision
def domain_information(source: Tensor, target: Tensor, *, ridge: float = RIDGE) -> Tensor:
    """Return I(x; domain) of unpaired features (n, d) and (m, d), a scalar.

    H(x) - sum_k p_k H(x | domain k) with Gaussian entropies: 1/2 (log det C - p_s log det C_s - p_t
    log det C_t), where p_k are the shares of the domains and C = p_s C_s + p_t C_t + p_s p_t (m_s -
    m_t)(m_s - m_t)^T is the covariance of the mixture. Zero where means and covariances agree.
    Minimising it makes features uninformative about the domain.
    """
    rows, others = source.shape[0], target.shape[0]
    share = rows / (rows + others)
    inside, outside = covariance(source), covariance(target)
    gap = source.mean(dim=0) - target.mean(dim=0)
    mixture = share * inside + (1 - share) * outside + share * (1 - share) * torch.outer(gap, gap)
    conditional = share * log_det(inside, ridge) + (1 - share) * log_det(outside, ridge)
    return (log_det(mixture, ridge) - conditional) / 2


def log_det(matrix: Tensor, ridge: float) -> Tensor:
    """Return log det(``matrix`` + ``ridge`` I) of a matrix (d, d), a scalar."""
    eye = torch.eye(matrix.shape[0], dtype=matrix.dtype, device=matrix.device)
    return torch.logdet(matrix + ridge * eye)
