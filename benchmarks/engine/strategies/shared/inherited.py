"""What of a network comes from the source: all but the head, or less where the source is another.

Weights that natural images left hold an encoder; those of a source domain hold everything, but
a head is for one task alone.
"""

from collections.abc import Mapping

from torch import Tensor, nn

from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.training.trainer import ParameterGroup


def inherited_parts(network: Network, weights: Mapping[str, Tensor]) -> list[nn.Module]:
    """Return the parts whose weights the source has given, without the head."""
    given = {name.partition(".")[0] for name in weights} - {"head"}
    return [part for name, part in network.named_children() if name in given]


def paced(network: Network, weights: Mapping[str, Tensor], factor: float) -> list[ParameterGroup]:
    """Return what the source has given, learning at ``factor``, and what is new at the full rate.

    A decoder that starts from random weights has as far to go as one trained from scratch.
    """
    named = list(network.named_parameters())
    given = ParameterGroup([p for name, p in named if name in weights], factor)
    new = ParameterGroup([p for name, p in named if name not in weights])
    return [group for group in (given, new) if group.parameters]
