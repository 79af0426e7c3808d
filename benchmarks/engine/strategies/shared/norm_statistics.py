"""Batch norm's statistics taken from given images, such as the target's training images."""

import torch
from torch import Tensor, nn

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
