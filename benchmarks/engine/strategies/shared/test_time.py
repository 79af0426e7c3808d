"""Predictors that adapt batch norm's scales and shifts to the images of one person at a time."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import functional_call

from benchmarks.engine.networks.stored import Buildable

Affine = dict[str, Tensor]
"""Scales and shifts of batch norm by their names in the network."""
Loss = Callable[[Affine], Tensor]


class AdaptsItself(Buildable):
    """A network whose batch norm adapts to each person's images; its stored state is constant.

    Normalisation uses the statistics of these images, all slices of one person together. A subclass
    says how ``_adapted`` changes scales and shifts. Each person starts from the source network, so
    that no person's prediction depends on who was asked about before.
    """

    adapts_to_each_subject = True

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        for layer in network.modules():
            if isinstance(layer, nn.BatchNorm2d):  # then uses the images' statistics
                layer.track_running_stats = False
                layer.running_mean = layer.running_var = layer.num_batches_tracked = None

    def forward(self, images: Tensor) -> Tensor:
        """Return logits for all images of one subject, after adapting to them."""
        with torch.inference_mode(mode=False), torch.enable_grad():
            seen = images.clone()  # a tensor made in inference mode cannot be differentiated
            adapted = self._adapted(self._affine(), seen)
        fixed = {name: parameter.detach() for name, parameter in adapted.items()}
        logits: Tensor = functional_call(self.network, fixed, (images,))
        return logits

    def _affine(self) -> Affine:
        """Return copies of batch norm's scales and shifts that can be differentiated."""
        return {
            f"{name}.{kind}": getattr(layer, kind).detach().clone().requires_grad_()
            for name, layer in self.network.named_modules()
            if isinstance(layer, nn.BatchNorm2d)
            for kind in ("weight", "bias")
        }

    def _adapted(self, affine: Affine, images: Tensor) -> Affine:
        raise NotImplementedError(f"{type(self).__name__} does not define `_adapted`")


def slopes(loss: Loss, affine: Affine) -> list[Tensor]:
    """Return the gradient of ``loss(affine)`` for each scale and shift, in their order."""
    return list(torch.autograd.grad(loss(affine), list(affine.values())))
