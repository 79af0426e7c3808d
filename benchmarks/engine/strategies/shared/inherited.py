"""The parts of a network with weights from the source, and their learning rates.

Weights from natural images cover the encoder; those of a source domain cover everything, but the
head is specific to its task.
"""

from collections.abc import Mapping

from torch import Tensor, nn

from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.training.trainer import ParameterGroup


def inherited_parts(network: Network, weights: Mapping[str, Tensor]) -> list[nn.Module]:
    """Return the parts with weights from the source, without the head."""
    given = {name.partition(".")[0] for name in weights} - {"head"}
    return [part for name, part in network.named_children() if name in given]


def paced(network: Network, weights: Mapping[str, Tensor], factor: float) -> list[ParameterGroup]:
    """Return parameter groups: inherited parts at ``factor``, new ones at the full rate.

    A decoder that starts from random weights needs the rate of training from scratch.
    """
    named = list(network.named_parameters())
    given = ParameterGroup([p for name, p in named if name in weights], factor)
    new = ParameterGroup([p for name, p in named if name not in weights])
    return [group for group in (given, new) if group.parameters]
