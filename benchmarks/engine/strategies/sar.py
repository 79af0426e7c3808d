"""SAR: test-time adaptation that leaves out uncertain pixels and seeks flat minima."""

from dataclasses import asdict
from typing import Self

import torch
from torch import Tensor, nn
from torch.func import functional_call

from benchmarks.engine.methods.uncertainty.entropy import reliable_entropy
from benchmarks.engine.networks.stored import BuildArguments
from benchmarks.engine.strategies.shared.test_time import AdaptsItself, Affine, Loss, slopes
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import SarParams
from reviewdb.common.json_object import JsonObject

TINY = 1e-12


def sharpness_aware_slopes(loss: Loss, affine: Affine, radius: float) -> list[Tensor]:
    """Return the gradient of ``loss`` at theta + radius * g / ||g||, with g the gradient at theta.

    Foret et al. 2021; the norm is over all scales and shifts together.
    """
    first = slopes(loss, affine)
    if radius == 0.0:
        return first
    norm = torch.nn.utils.get_total_norm(first).clamp_min(TINY)
    moved = {
        name: (value + radius * slope / norm).detach().requires_grad_()
        for (name, value), slope in zip(affine.items(), first, strict=True)
    }
    return slopes(loss, moved)


class LowersReliableEntropy(AdaptsItself):
    """A network that lowers the entropy of its reliable predictions for each person's images."""

    def __init__(self, network: nn.Module, params: SarParams) -> None:
        super().__init__(network)
        self.params = params

    def arguments(self) -> BuildArguments:
        """Return the network and the parameters of adaptation."""
        return {"network": self.network, "params": asdict(self.params)}

    @classmethod
    def build(cls, *, network: nn.Module, params: JsonObject) -> Self:
        """Return a network that adapts with ``params``."""
        return cls(network, SarParams(**params))

    def _adapted(self, affine: Affine, images: Tensor) -> Affine:
        optimiser = torch.optim.Adam(affine.values(), lr=self.params.learning_rate)

        def loss(values: Affine) -> Tensor:
            return reliable_entropy(
                functional_call(self.network, values, (images,)), self.params.margin
            )

        for _ in range(self.params.steps):
            found = sharpness_aware_slopes(loss, affine, self.params.radius)
            for parameter, slope in zip(affine.values(), found, strict=True):
                parameter.grad = slope
            optimiser.step()
        return affine


class Sar:
    """Minimise max over ||e|| <= radius of the mean of S(x) H(p(x; theta + e)) over theta.

    Niu et al. 2023: theta are batch norm's scales and shifts, S keeps predictions whose entropy is
    below ``margin`` log(classes), and one step up the gradient approximates the maximum (Foret et
    al. 2021, Sharpness-Aware Minimization, arXiv:2010.01412). A sample is a pixel here, or a slice
    with one answer. Ours: Adam with TENT's rate and steps, where theirs is SGD, so that with
    ``radius`` 0 and a ``margin`` that keeps every pixel it is TENT; no rule of recovery, since each
    person starts from the source network. Nothing is trained beforehand.
    """

    def __init__(self, params: SarParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Propose the source network with test-time adaptation."""
        network = trainer.new_network(access.source_weights)
        trainer.propose(LowersReliableEntropy(network, self.params))
