"""Test-time adaptation: batch norm adapts to each test subject's images."""

from dataclasses import asdict
from typing import Self

import torch
from torch import Tensor, nn
from torch.func import functional_call

from benchmarks.engine.networks.stored import Buildable, BuildArguments
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import TestTimeAdaptationParams
from reviewdb.common.json_object import JsonObject


def mean_entropy(logits: Tensor) -> Tensor:
    """Return -sum_c p_c log p_c of the predictions, a scalar: mean over pixels, in nats."""
    log_probabilities = torch.log_softmax(logits.float(), dim=1)
    return -(log_probabilities.exp() * log_probabilities).sum(dim=1).mean()


class AdaptsItself(Buildable):
    """A network whose batch norm adapts to each subject's images; its stored state is constant."""

    adapts_to_each_subject = True

    def __init__(self, network: nn.Module, params: TestTimeAdaptationParams) -> None:
        super().__init__()
        self.network = network
        self.params = params
        for layer in network.modules():
            if isinstance(layer, nn.BatchNorm2d):  # then uses the images' statistics
                layer.track_running_stats = False
                layer.running_mean = layer.running_var = layer.num_batches_tracked = None

    def arguments(self) -> BuildArguments:
        """Return the network and the parameters of adaptation."""
        return {"network": self.network, "params": asdict(self.params)}

    @classmethod
    def build(cls, *, network: nn.Module, params: JsonObject) -> Self:
        """Return a network that adapts with ``params``."""
        return cls(network, TestTimeAdaptationParams(**params))

    def forward(self, images: Tensor) -> Tensor:
        """Return logits for all images of one subject, after adapting to them."""
        adapted = self._adapted(images)
        logits: Tensor = functional_call(self.network, adapted, (images,))
        return logits

    def _adapted(self, images: Tensor) -> dict[str, Tensor]:
        """Return the affine parameters of batch norm that lower the entropy on ``images``."""
        with torch.inference_mode(mode=False), torch.enable_grad():
            images = images.clone()  # a tensor made in inference mode cannot be differentiated
            affine = {
                f"{name}.{kind}": getattr(layer, kind).detach().clone().requires_grad_()
                for name, layer in self.network.named_modules()
                if isinstance(layer, nn.BatchNorm2d)
                for kind in ("weight", "bias")
            }
            optimiser = torch.optim.Adam(affine.values(), lr=self.params.learning_rate)
            for _ in range(self.params.steps):
                loss = mean_entropy(functional_call(self.network, affine, (images,)))
                gradients = torch.autograd.grad(loss, list(affine.values()))
                for parameter, gradient in zip(affine.values(), gradients, strict=True):
                    parameter.grad = gradient
                optimiser.step()
        return {name: parameter.detach() for name, parameter in affine.items()}


class TestTimeAdaptation:
    """Minimise the entropy H(p) of a test subject's predictions over batch norm's gamma and beta.

    Wang et al. 2021 (TENT): normalisation uses the statistics of the test images, and its affine
    parameters follow the entropy's gradient. Varsavsky et al. 2020 adapt to one subject at a time,
    and so do we: each starts from the source network again, where TENT continues from batch to
    batch. Learning rate and Adam are TENT's for small images; the number of steps is ours. Nothing
    is trained beforehand. Source subjects are adapted to in the same way.
    """

    def __init__(self, params: TestTimeAdaptationParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Propose the source network with test-time adaptation."""
        network = trainer.new_network(access.source_weights)
        trainer.propose(AdaptsItself(network, self.params))
