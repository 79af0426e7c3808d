"""Predictors that differ by domain: which one answers about the source, which about the target."""

import copy
from typing import Literal

from torch import Tensor, nn

from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.stored import Buildable, BuildArguments

Side = Literal["source", "target"]


class KnowsDomain(Buildable):
    """A predictor that has to know which domain its images are from; by itself, the target."""

    def on(self, side: Side) -> nn.Module:
        """Return the module that predicts for images of one domain."""
        raise NotImplementedError(f"{type(self).__name__} does not define `on`")


class ByDomain(KnowsDomain):
    """A network for each domain; the two may share layers."""

    def __init__(self, source: nn.Module, target: nn.Module) -> None:
        super().__init__()
        self.source = source
        self.target = target

    def arguments(self) -> BuildArguments:
        """Return both networks."""
        return {"source": self.source, "target": self.target}

    def on(self, side: Side) -> nn.Module:
        """Return the domain's network."""
        return self.source if side == "source" else self.target

    def forward(self, images: Tensor) -> Tensor:
        """Return the target network's outputs."""
        outputs: Tensor = self.target(images)
        return outputs


def asked_about(predictor: nn.Module, side: Side) -> nn.Module:
    """Return what predicts for images of ``side``: the predictor, unless it knows its domain.

    Validation, tests and comparisons of feature spaces ask through this function. A translation of
    target images would otherwise be applied to source images too, which it was not made for.
    """
    return predictor.on(side) if isinstance(predictor, KnowsDomain) else predictor


def with_own_head(network: Network, head: nn.Conv2d) -> Network:
    """Return a network that shares all layers of ``network`` but its head."""
    twin = copy.deepcopy(network)
    for name, part in network.named_children():
        setattr(twin, name, head if name == "head" else part)
    return twin


def with_own_norms(network: Network) -> Network:
    """Return a network that shares all layers of ``network`` but its batch norms, which it copies.

    Chang et al. 2019, Domain-Specific Batch Normalization for Unsupervised Domain Adaptation.
    """
    twin = copy.deepcopy(network)
    for name, part in network.named_modules():
        if not any(part.children()) and not isinstance(part, nn.BatchNorm2d):
            twin.set_submodule(name, part)
    return twin
