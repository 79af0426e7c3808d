"""Task losses and divergences."""

from monai.losses import DiceCELoss
from torch import Tensor

_dice_ce = DiceCELoss(to_onehot_y=True, softmax=True, include_background=False)


def segmentation_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return MONAI's soft Dice plus cross-entropy, a scalar.

    ``logits`` is (batch, 2, height, width), ``labels`` (batch, 1, height, width) with 0 and 1.
    Computed in fp32: sums over many pixels lose too much in bf16.
    """
    loss: Tensor = _dice_ce(logits.float(), labels)
    return loss


def covariance(features: Tensor) -> Tensor:
    """Return the unbiased covariance of ``features`` (samples, channels)."""
    centred = features - features.mean(dim=0, keepdim=True)
    return centred.T @ centred / (features.shape[0] - 1)


def coral_loss(source: Tensor, target: Tensor) -> Tensor:
    """Return ||C_s - C_t||_F^2 / (4 d^2) for features (samples, d).

    Sun and Saenko 2016, Deep CORAL, eq. 1 to 3.
    """
    channels = source.shape[1]
    gap = covariance(source) - covariance(target)
    return gap.square().sum() / (4 * channels**2)


def pixels_as_samples(feature_maps: Tensor) -> Tensor:
    """Return (batch * height * width, channels) from (batch, channels, height, width)."""
    return feature_maps.permute(0, 2, 3, 1).flatten(0, 2)
