"""Networks applied to volumes."""

import torch
from torch import Tensor, nn

from benchmarks.engine.device import Compute
from benchmarks.engine.metrics import mean_dice

SLICES_AT_ONCE = 64


@torch.inference_mode()
def predict(network: nn.Module, images: Tensor, compute: Compute) -> Tensor:
    """Return binary masks (subjects, slices, height, width) for volumes with a channel axis.

    ``images`` is (subjects, slices, 1, height, width); the network must be in eval mode. One that
    ``adapts_to_each_subject`` is handed one subject at a time, with all its slices.
    """
    flat = images.flatten(0, 1).contiguous(memory_format=torch.channels_last)
    is_adapting = getattr(network, "adapts_to_each_subject", False)
    masks = []
    for chunk in flat.split(images.shape[1] if is_adapting else SLICES_AT_ONCE):
        with compute.autocast():
            logits = network(chunk)
        masks.append(logits.argmax(dim=1).bool())
    return torch.cat(masks).unflatten(0, images.shape[:2])


def validation_dice(predictions: Tensor, labels: Tensor) -> float:
    """Return the mean Dice over subjects; ``labels`` has a channel axis."""
    return mean_dice(predictions, labels.squeeze(2).bool())
