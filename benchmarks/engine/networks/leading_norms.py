"""Batch norm whose statistics come from the first images of a batch and normalise all of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional


@contextmanager
def statistics_of_leading(network: nn.Module, count: int) -> Iterator[None]:
    """Let the first ``count`` images of a batch normalise all of it, in batch norms that train.

    Their mean and variance enter the running statistics; for the other images they are constants,
    as the running statistics are in prediction. Batch norms in eval mode are left as they are.
    """
    trained = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d) and m.training]
    for norm in trained:
        norm.forward = partial(_by_leading, norm, count)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for norm in trained:
            del norm.forward


def _by_leading(norm: nn.BatchNorm2d, count: int, images: Tensor) -> Tensor:
    leading, rest = images[:count], images[count:]
    normalised = nn.BatchNorm2d.forward(norm, leading)
    with torch.no_grad():
        variance, mean = torch.var_mean(leading.float(), dim=(0, 2, 3), correction=0)
    others = functional.batch_norm(rest, mean, variance, norm.weight, norm.bias, eps=norm.eps)
    return torch.cat([normalised, others])
