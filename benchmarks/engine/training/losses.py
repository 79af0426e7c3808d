"""Task losses and divergences."""

from collections.abc import Callable

import torch
from monai.losses import DiceCELoss
from torch import Tensor
from torch.nn import functional

_dice_ce = DiceCELoss(to_onehot_y=True, softmax=True, include_background=False)


def task_loss(outputs: Tensor, labels: Tensor) -> Tensor:
    """Return the task's loss, a scalar, which depends on the kind of labels.

    Regions, (batch, 1, height, width) of 0 and 1: MONAI's soft Dice plus cross-entropy of (batch,
    2, height, width) logits. Diagnoses, (batch, 1, 1, 1) of 0 and 1: cross-entropy. Numbers,
    floating point: the mean absolute error of (batch, 1, 1, 1) outputs. Computed in fp32, since
    sums over many pixels lose too much precision in bf16.
    """
    if labels.is_floating_point():
        return functional.l1_loss(outputs.float(), labels)
    if labels.shape[-1] == 1:
        return functional.cross_entropy(outputs.float(), labels[:, 0].long())
    loss: Tensor = _dice_ce(outputs.float(), labels)
    return loss


def cross_entropy(outputs: Tensor, labels: Tensor) -> Tensor:
    """Return the cross-entropy alone, a scalar, where `task_loss` adds soft Dice for regions.

    ``outputs`` are (batch, 2, height, width) logits, ``labels`` (batch, 1, height, width).
    """
    return functional.cross_entropy(outputs.float(), labels[:, 0].long())


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "task": task_loss,
    "cross_entropy": cross_entropy,
}


def covariance(features: Tensor) -> Tensor:
    """Return the unbiased covariance of ``features`` (samples, channels)."""
    centred = features - features.mean(dim=0, keepdim=True)
    return centred.T @ centred / (features.shape[0] - 1)


def coral_loss(source: Tensor, target: Tensor) -> Tensor:
    """Return ||C_s - C_t||_F^2 / (4 d^2) for features (samples, d).

    Sun and Saenko 2016, Deep CORAL, eq. 1 to 3.
    """
    channels = source.shape[1]
    with torch.autocast(source.device.type, enabled=False):  # matrix products would be in bf16
        gap = covariance(source) - covariance(target)
    return gap.square().sum() / (4 * channels**2)


def pixels_as_samples(feature_maps: Tensor) -> Tensor:
    """Return (batch * height * width, channels) from (batch, channels, height, width)."""
    return feature_maps.permute(0, 2, 3, 1).flatten(0, 2)
