"""One batch of both domains, normalised alike, so that batch norm cannot hide their difference."""

from collections.abc import Sequence

import torch
from torch import Tensor

from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.leading_norms import statistics_of_leading


def features_of_both(network: Network, *parts: Tensor, labelled: int = 1) -> tuple[Tensor, ...]:
    """Return the last features of each part, in one pass over all parts together.

    ``parts`` are images (batch, 1, height, width), such as source and target slices. The first
    ``labelled`` of them are those whose labels are learned from, and their mean and variance
    normalise all parts, as the running statistics do in prediction. If each part were normalised by
    itself, the domains' first two moments would agree in training, whatever the network does, but
    not in prediction, and a term between the domains would compare what was made equal beforehand.
    If unlabelled images took part in the statistics, the task's loss would change their features to
    its liking (docs/science-log.md, 6). Ganin et al. 2016 and Sun and Saenko 2016 have no batch
    norm.
    """
    with statistics_of_leading(network, sum(map(len, parts[:labelled]))):
        features = network.decode(network.encode(torch.cat(parts)))
    return tuple(features.split([len(part) for part in parts]))


def outputs_of_both(network: Network, *parts: Tensor, labelled: int = 1) -> Sequence[Tensor]:
    """Return the network's outputs of each part, as `features_of_both` returns its features."""
    with statistics_of_leading(network, sum(map(len, parts[:labelled]))):
        outputs = network(torch.cat(parts))
    return tuple(outputs.split([len(part) for part in parts]))
