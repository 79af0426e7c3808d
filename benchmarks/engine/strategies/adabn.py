"""AdaBN: batch norm's statistics are those of the target's training images."""

import copy

import torch
from torch import Tensor, nn

from benchmarks.engine.networks.by_domain import ByDomain
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.params import NoParams

SLICES_AT_ONCE = 64


@torch.no_grad()
def follow_statistics(network: nn.Module, images: Tensor, generator: torch.Generator) -> None:
    """Replace batch norm's running statistics by those of ``images`` (slices, 1, height, width).

    Slices are passed in random order, in as few parts of nearly equal size as fit: the running mean
    is exactly the mean over all; the running variance is the mean of the parts' own.
    """
    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over the parts
    order = torch.randperm(len(images), generator=generator).to(images.device)
    network.train()
    for rows in order.tensor_split(-(-len(images) // SLICES_AT_ONCE)):
        network(images[rows])
    network.eval()
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


class AdaBn:
    """Normalise by the target's mean and variance: (x - E_t[x]) / sqrt(V_t[x]) gamma + beta.

    Li et al. 2016: every weight of the source network stays, and so do batch norm's scales and
    shifts; only its statistics are taken from target images. These are training images: test people
    are not looked at, whose images TENT and SAR use when they predict. Asked about the source, the
    network has the source's statistics.
    """

    def __init__(self, params: NoParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Propose the source network with the statistics of the target's training images."""
        network = trainer.new_network(access.source_weights)
        source = copy.deepcopy(network).eval()
        images = access.target_images
        with trainer.timed(samples=len(images)), trainer.compute.autocast():
            follow_statistics(network, images, trainer.generator("statistics"))
        trainer.on_progress(1, 1, "")
        trainer.propose(ByDomain(source=source, target=network))
