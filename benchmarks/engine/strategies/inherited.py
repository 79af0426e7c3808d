"""What of a network comes from the source: all but the head, or less where the source is another.

Weights that natural images left hold an encoder; those of a source domain hold everything, but
a head is for one task alone.
"""

from collections.abc import Mapping

from torch import Tensor, nn

from benchmarks.engine.networks import Network


def inherited_parts(network: Network, weights: Mapping[str, Tensor]) -> list[nn.Module]:
    """Return the parts whose weights the source has given, without the head."""
    given = {name.partition(".")[0] for name in weights} - {"head"}
    return [part for name, part in network.named_children() if name in given]
