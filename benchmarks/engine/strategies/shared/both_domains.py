"""One batch of both domains, so that batch norm cannot hide the difference between them."""

from collections.abc import Sequence

import torch
from torch import Tensor

from benchmarks.engine.networks.backbones import Network


def features_of_both(network: Network, *parts: Tensor) -> tuple[Tensor, ...]:
    """Return the last features of each part, in one pass over all parts together.

    ``parts`` are images (batch, 1, height, width), such as source and target slices. Passed apart,
    each part would be normalised by its own mean and variance: the domains' first two moments
    would agree in training, whatever the network does, but not in prediction, where batch norm uses
    one set of running statistics for both. A term between the domains would then compare what was
    made equal beforehand. Ganin et al. 2016 and Sun and Saenko 2016 have no batch norm.
    """
    features = network.decode(network.encode(torch.cat(parts)))
    return tuple(features.split([len(part) for part in parts]))


def outputs_of_both(network: Network, *parts: Tensor) -> Sequence[Tensor]:
    """Return the network's outputs of each part, in one pass over all parts together."""
    outputs = network(torch.cat(parts))
    return tuple(outputs.split([len(part) for part in parts]))
