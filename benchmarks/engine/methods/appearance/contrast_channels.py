"""Channels derived from one contrast that respond differently to a change of scanner."""

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.engine.methods.features.image_features import gradient_magnitude

CHANNELS = 3
FLOOR = 0.1  # of a standard deviation, so that flat tissue does not turn into noise


def contrast_channels(images: Tensor) -> Tensor:
    """Return (slices, 3, height, width) from (slices, 1, height, width); background stays 0.

    The channels are the intensity; local contrast, which is invariant to smooth bias fields and
    affine changes of intensity; and gradient magnitude, which is invariant to inversion of the
    contrast.
    """
    channels = [images, local_contrast(images), gradient_magnitude(images)]
    return torch.cat(channels, dim=1).contiguous(memory_format=torch.channels_last)


def local_contrast(images: Tensor) -> Tensor:
    """Return (x - mean) / deviation, both over a window of an eighth of the image's height.

    Only brain is used: pixels that are not exactly 0.
    """
    inside = (images != 0).to(images.dtype)
    window = images.shape[-2] // 8 // 2 * 2 + 1

    def local_mean(values: Tensor) -> Tensor:
        return functional.avg_pool2d(values, window, stride=1, padding=window // 2)

    share = local_mean(inside).clamp_min(1 / window**2)
    mean = local_mean(images) / share
    variance = (local_mean(images.square()) / share - mean.square()).clamp_min(0)
    return (images - mean) / (variance.sqrt() + FLOOR) * inside
