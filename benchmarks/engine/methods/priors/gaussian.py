"""A Gaussian prior over a network's weights with diagonal precision.

Weights are one vector: a network's parameters, flattened, in their fixed order.
"""

import torch
from torch import Tensor, nn


def flat_parameters(network: nn.Module) -> Tensor:
    """Return all parameters as one differentiable vector, (parameters,)."""
    return torch.cat([parameter.flatten() for parameter in network.parameters()])


def gaussian_penalty(weights: Tensor, mean: Tensor, precision: Tensor | float) -> Tensor:
    """Return sum_i precision_i (w_i - mean_i)^2 / 2: minus the log of a Gaussian, up to a constant.

    ``precision`` is (parameters,), or one number for all.
    """
    return (precision * (weights - mean).square()).sum() / 2


@torch.no_grad()
def set_parameters(network: nn.Module, weights: Tensor) -> None:
    """Set a network's parameters to ``weights``, (parameters,)."""
    parameters = list(network.parameters())
    sizes = [parameter.numel() for parameter in parameters]
    for parameter, values in zip(parameters, weights.split(sizes), strict=True):
        parameter.copy_(values.view(parameter.shape))
