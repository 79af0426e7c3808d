"""Adversarial training: gradient reversal, domain classifier, its loss and schedules."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.engine.networks.backbones import Network

RAMP = 10.0  # gamma in Ganin et al. 2016, delta in Long et al. 2018


class _Reversal(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, features: Tensor, strength: float) -> Tensor:
        context.strength = strength
        return features.view_as(features)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -context.strength * gradients[0], None


def reverse_gradient(features: Tensor, strength: float) -> Tensor:
    """Return ``features``; the gradient passes back times ``-strength``.

    The gradient reversal layer of Ganin et al. 2016: layers after it learn to classify the domains,
    layers before it to confuse them, in one backward pass.
    """
    reversed_features: Tensor = _Reversal.apply(features, strength)
    return reversed_features


def ramp(progress: float) -> float:
    """Return 2 / (1 + exp(-10 p)) - 1 for progress p in [0, 1]: from 0 to nearly 1.

    Ganin et al. 2016: the domain classifier is noise at first and should have little influence;
    Long et al. 2018 use the same.
    """
    return 2 / (1 + math.exp(-RAMP * progress)) - 1


class DomainClassifier(nn.Module):
    """Domain classifier of three layers; one logit per patch, > 0 for target.

    Ganin et al. classify whole feature vectors with up to three layers. So do we where a slice is
    one vector, with linear layers. Features of a segmentation network are maps: there the first two
    layers are strided convolutions, which halve the map, so that each patch is a sample. The sizes
    are ours.
    """

    def __init__(self, channels: int, *, are_maps: bool, hidden: int = 16) -> None:
        super().__init__()
        # A 3 x 3 kernel on one pixel would train its centre only.
        kernel, stride = (3, 2) if are_maps else (1, 1)
        self.layers = nn.Sequential(
            nn.Conv2d(channels, hidden, kernel, stride, padding=kernel // 2),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(hidden, 2 * hidden, kernel, stride, padding=kernel // 2),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(2 * hidden, 1, kernel_size=1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Return (batch, 1, height / 4, width / 4) from (batch, channels, height, width).

        For vectors, (batch, channels, 1, 1), it returns (batch, 1, 1, 1).
        """
        logits: Tensor = self.layers(features)
        return logits


def domain_classifier(network: Network, *, seen: int = 1) -> DomainClassifier:
    """Return a domain classifier for ``seen`` times the channels that ``network`` decodes."""
    channels = seen * network.head.in_channels
    return DomainClassifier(channels, are_maps=len(network.decoder) > 0)


def domain_loss(
    source: Tensor,
    target: Tensor,
    *,
    source_weights: Tensor | None = None,
    target_weights: Tensor | None = None,
) -> Tensor:
    """Return the mean of both domains' cross-entropies of logits, a scalar; log 2 by chance.

    Weights, shaped as the logits, are those of patches within their domain.
    """
    first, second = source.float(), target.float()
    on_source = functional.binary_cross_entropy_with_logits(
        first, torch.zeros_like(first), weight=source_weights
    )
    on_target = functional.binary_cross_entropy_with_logits(
        second, torch.ones_like(second), weight=target_weights
    )
    return (on_source + on_target) / 2
