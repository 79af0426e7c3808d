"""The sliced 2-Wasserstein distance."""

import torch
from torch import Tensor

from benchmarks.engine.methods.divergences.precision import in_full_precision

PROJECTIONS = 50  # ours; POT's default as well


def random_directions(
    channels: int, count: int, *, generator: torch.Generator, like: Tensor
) -> Tensor:
    """Return unit vectors (channels, count), uniform on the sphere, typed as ``like``."""
    directions = torch.randn(channels, count, generator=generator, device=generator.device)
    directions = directions.to(device=like.device, dtype=like.dtype)
    return directions / directions.norm(dim=0, keepdim=True)


@in_full_precision
def sliced_wasserstein_squared(
    source: Tensor,
    target: Tensor,
    *,
    generator: torch.Generator | None = None,
    projections: int = PROJECTIONS,
    directions: Tensor | None = None,
) -> Tensor:
    """Return SW_2^2 of features (n, d) and (m, d), a scalar.

    SW_2^2 = mean_v W_2^2(<s, v>, <t, v>) over unit directions v (Bonneel et al. 2015; as a loss
    between domains: Lee et al. 2019). In one dimension W_2^2 is the integral of the squared gap of
    the quantile functions. The square is returned, since the root has no finite gradient where the
    domains agree. Either ``directions`` (d, count) or a ``generator`` that draws them is needed;
    raises ValueError without both.
    """
    if directions is None:
        if generator is None:
            raise ValueError("sliced_wasserstein_squared needs directions or a generator")
        directions = random_directions(
            source.shape[1], projections, generator=generator, like=source
        )
    return wasserstein_1d_squared(source @ directions, target @ directions).mean()


def wasserstein_1d_squared(source: Tensor, target: Tensor) -> Tensor:
    """Return W_2^2 of each column (count,) of values (n, count) and (m, count)."""
    source, target = source.sort(dim=0).values, target.sort(dim=0).values
    rows, others = source.shape[0], target.shape[0]
    if rows == others:
        return (source - target).square().mean(dim=0)
    levels = _common_levels(rows, others, source.device)
    widths = torch.diff(levels, prepend=levels.new_zeros(1)).to(source.dtype) / (rows * others)
    gaps = source[(levels - 1) // others] - target[(levels - 1) // rows]
    return (widths[:, None] * gaps.square()).sum(dim=0)


def _common_levels(rows: int, others: int, device: torch.device) -> Tensor:
    """Return the steps of either quantile function, exactly, in units of 1 / (rows * others)."""
    own = torch.arange(1, rows + 1, device=device) * others
    other = torch.arange(1, others + 1, device=device) * rows
    return torch.unique(torch.cat([own, other]))
