"""Maximum mean discrepancy with several Gaussian kernels."""

from collections.abc import Sequence

import torch
from torch import Tensor

from benchmarks.engine.methods.divergences.precision import in_full_precision

BANDWIDTH_FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)  # ours; DAN spreads 33 over 2^-8 to 2^8


def squared_distances(left: Tensor, right: Tensor) -> Tensor:
    """Return ||l_i - r_j||^2 (n, m), never negative, for (n, d) and (m, d).

    Computed by the expanded square, since ``torch.cdist`` has no finite gradient where two points
    coincide. Points are centred first, so that features far from zero do not cancel to rounding
    error.
    """
    centre = torch.cat([left, right]).mean(dim=0).detach()  # distances do not depend on it
    left, right = left - centre, right - centre
    norms = left.square().sum(dim=1)[:, None] + right.square().sum(dim=1)[None, :]
    return (norms - 2 * left @ right.T).clamp_min(0)


@in_full_precision
def median_bandwidth(source: Tensor, target: Tensor) -> Tensor:
    """Return the median distance between different points of both domains pooled, a scalar.

    The median heuristic (Gretton et al. 2012, section 8). No gradient flows through it: otherwise
    the network could lower the loss through the bandwidth without aligning any feature.
    """
    with torch.no_grad():
        pooled = torch.cat([source, target])
        rows, columns = torch.triu_indices(
            pooled.shape[0], pooled.shape[0], offset=1, device=pooled.device
        )
        return squared_distances(pooled, pooled)[rows, columns].median().sqrt()


@in_full_precision
def gaussian_kernels(left: Tensor, right: Tensor, bandwidths: Sequence[float] | Tensor) -> Tensor:
    """Return k(l, r) = mean_u exp(-||l - r||^2 / (2 s_u^2)), (n, m), for bandwidths s_u."""
    scales = torch.as_tensor(bandwidths, dtype=left.dtype, device=left.device)
    exponents = squared_distances(left, right) / (2 * scales.square()[:, None, None])
    return torch.exp(-exponents).mean(dim=0)


@in_full_precision
def mmd_squared(
    source: Tensor,
    target: Tensor,
    *,
    bandwidths: Sequence[float] | Tensor | None = None,
    unbiased: bool = False,
) -> Tensor:
    """Return the squared MMD of features (n, d) and (m, d), a scalar.

    MMD^2 = E k(s, s') + E k(t, t') - 2 E k(s, t). The biased estimate (Gretton et al. 2012, eq. 5)
    keeps the pairs (i, i) and is never negative. The unbiased one (eq. 3) leaves them out and can
    be negative. Several kernels with equal shares follow DAN (Long et al. 2015), which learns the
    shares; equal shares and the five bandwidths around the median heuristic are ours.
    """
    if bandwidths is None:
        factors = torch.tensor(BANDWIDTH_FACTORS, dtype=source.dtype, device=source.device)
        tiny = torch.finfo(source.dtype).tiny ** 0.5  # all points equal: any bandwidth gives 0
        bandwidths = factors * median_bandwidth(source, target).clamp_min(tiny)
    within = _mean_within(gaussian_kernels(source, source, bandwidths), unbiased=unbiased)
    within = within + _mean_within(gaussian_kernels(target, target, bandwidths), unbiased=unbiased)
    return within - 2 * gaussian_kernels(source, target, bandwidths).mean()


def _mean_within(kernel: Tensor, *, unbiased: bool) -> Tensor:
    count = kernel.shape[0]
    if not unbiased:
        return kernel.mean()
    if count < 2:
        raise ValueError(f"an unbiased MMD needs at least 2 samples of each domain, got {count}")
    return (kernel.sum() - kernel.diagonal().sum()) / (count * (count - 1))
