"""Networks whose convolutions have low-rank additions to their weights."""

from collections.abc import Iterable, Sequence
from typing import Self

import torch
from torch import Tensor, nn
from torch.func import functional_call

from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.stored import Buildable, BuildArguments


class LowRank(Buildable):
    """A network with W + B A for the weight W of each layer named in ``layers``.

    Hu et al. 2022: with W as a matrix (first axis, all others), B is (rows, rank) and A (rank,
    columns). B starts at 0, so that the network is the one it was given; A starts from uniform
    numbers of standard deviation 1 / sqrt(columns).
    """

    def __init__(self, network: Network, layers: Sequence[str], rank: int) -> None:
        super().__init__()
        self.network = network
        self.layers = list(layers)
        self.rank = rank
        shapes = [self._weight(name).flatten(1).shape for name in self.layers]
        self.up = nn.ParameterList(torch.zeros(rows, rank) for rows, _ in shapes)
        self.down = nn.ParameterList(
            (2 * torch.rand(rank, columns) - 1) * (3 / columns) ** 0.5 for _, columns in shapes
        )

    def arguments(self) -> BuildArguments:
        """Return the network, the names of the layers, and the rank."""
        return {"network": self.network, "layers": self.layers, "rank": self.rank}

    @classmethod
    def build(cls, *, network: Network, layers: Sequence[str], rank: int) -> Self:
        """Return a network with additions of ``rank``, all without effect."""
        return cls(network, layers, rank)

    def weights(self) -> dict[str, Tensor]:
        """Return W + B A of each layer by the name of its weight."""
        pairs = zip(self.layers, self.up, self.down, strict=True)
        return {f"{name}.weight": self._added(self._weight(name), b, a) for name, b, a in pairs}

    def forward(self, images: Tensor) -> Tensor:
        """Return the network's outputs with the additions."""
        outputs: Tensor = functional_call(self.network, self.weights(), (images,))
        return outputs

    def _weight(self, layer: str) -> Tensor:
        return self.network.get_parameter(f"{layer}.weight")

    @staticmethod
    def _added(weight: Tensor, up: Tensor, down: Tensor) -> Tensor:
        # Such small products are not worth rounding: autocast would make them bf16.
        with torch.autocast(weight.device.type, enabled=False):
            return weight + (up @ down).view(weight.shape)


def convolutions(network: Network, parts: Iterable[nn.Module]) -> list[str]:
    """Return the names of the convolutions within ``parts`` of the network."""
    inside = {id(layer) for part in parts for layer in part.modules()}
    return [
        name
        for name, layer in network.named_modules()
        if id(layer) in inside and isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)
    ]
