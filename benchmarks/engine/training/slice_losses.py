"""The task loss and the error of each slice."""

import torch
from monai.losses import DiceLoss
from torch import Tensor
from torch.nn import functional

_dice = DiceLoss(to_onehot_y=True, softmax=True, include_background=False, reduction="none")


def task_losses(outputs: Tensor, labels: Tensor) -> Tensor:
    """Return the task's loss of each slice, (batch,).

    Their mean is ``task_loss``, with the same shapes and losses.
    """
    outputs = outputs.float()
    if labels.is_floating_point():
        return (outputs - labels).abs().flatten(1).mean(dim=1)
    entropy = functional.cross_entropy(outputs, labels[:, 0].long(), reduction="none")
    losses = entropy.flatten(1).mean(dim=1)
    if labels.shape[-1] == 1:
        return losses
    dice: Tensor = _dice(outputs, labels).flatten(1).mean(dim=1)
    return dice + losses


def balanced_errors(masks: Tensor, labels: Tensor, inside: Tensor) -> Tensor:
    """Return the mean over classes of the share of misclassified brain pixels, (batch,).

    All are (batch, height, width); ``inside`` is true in the brain. The error is in [0, 1]. Chance
    is 1/2 for any size of the region; a class that does not occur in a slice is left out. For one
    pixel, a diagnosis, it is 0 or 1.
    """
    masks, labels = masks.bool(), labels.bool()
    wrong = (masks != labels) & inside
    rates, present = [], []
    for pixels in (labels & inside, ~labels & inside):
        counts = pixels.flatten(1).sum(dim=1)
        rates.append((wrong & pixels).flatten(1).sum(dim=1) / counts.clamp_min(1))
        present.append(counts > 0)
    return torch.stack(rates).sum(dim=0) / torch.stack(present).sum(dim=0).clamp_min(1)
