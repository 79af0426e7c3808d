"""TENT: batch norm adapts to each test person's images until predictions are certain."""

from dataclasses import asdict
from typing import Self

import torch
from torch import Tensor, nn
from torch.func import functional_call

from benchmarks.engine.methods.uncertainty.entropy import mean_entropy
from benchmarks.engine.networks.stored import BuildArguments
from benchmarks.engine.strategies.shared.test_time import AdaptsItself, Affine, slopes
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import TestTimeAdaptationParams
from reviewdb.common.json_object import JsonObject


class LowersEntropy(AdaptsItself):
    """A network that lowers the entropy of its predictions for each person's images."""

    def __init__(self, network: nn.Module, params: TestTimeAdaptationParams) -> None:
        super().__init__(network)
        self.params = params

    def arguments(self) -> BuildArguments:
        """Return the network and the parameters of adaptation."""
        return {"network": self.network, "params": asdict(self.params)}

    @classmethod
    def build(cls, *, network: nn.Module, params: JsonObject) -> Self:
        """Return a network that adapts with ``params``."""
        return cls(network, TestTimeAdaptationParams(**params))

    def _adapted(self, affine: Affine, images: Tensor) -> Affine:
        optimiser = torch.optim.Adam(affine.values(), lr=self.params.learning_rate)

        def loss(values: Affine) -> Tensor:
            return mean_entropy(functional_call(self.network, values, (images,)))

        for _ in range(self.params.steps):
            for parameter, slope in zip(affine.values(), slopes(loss, affine), strict=True):
                parameter.grad = slope
            optimiser.step()
        return affine


class TestTimeAdaptation:
    """Minimise the entropy H(p) of a test subject's predictions over batch norm's gamma and beta.

    Wang et al. 2021 (TENT): normalisation uses the statistics of the test images, and its affine
    parameters follow the entropy's gradient. Varsavsky et al. 2020 adapt to one subject at a time,
    and so do we: each starts from the source network again, where TENT continues from batch to
    batch. Learning rate and Adam are TENT's for small images; the number of steps is ours. Nothing
    is trained beforehand. Source subjects are adapted to in the same way. With a learning rate of 0
    only the statistics follow the test images, which is the control of its entropy term.
    """

    def __init__(self, params: TestTimeAdaptationParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Propose the source network with test-time adaptation."""
        network = trainer.new_network(access.source_weights)
        trainer.propose(LowersEntropy(network, self.params))
