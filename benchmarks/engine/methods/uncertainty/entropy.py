"""Entropies of class predictions, in nats."""

import math

import torch
from torch import Tensor


def pixel_entropies(logits: Tensor) -> Tensor:
    """Return -sum_c p_c log p_c at each pixel in fp32, (batch, h, w), of (batch, classes, h, w)."""
    log_probabilities = torch.log_softmax(logits.float(), dim=1)
    return -(log_probabilities.exp() * log_probabilities).sum(dim=1)


def mean_entropy(logits: Tensor) -> Tensor:
    """Return the mean entropy over pixels, a scalar from 0 to log(classes)."""
    return pixel_entropies(logits).mean()


def reliable_entropy(logits: Tensor, margin: float) -> Tensor:
    """Return the sum of entropies below ``margin`` * log(classes), over the number of pixels.

    Niu et al. 2023: uncertain predictions have large and misleading gradients, so that they
    are left out. Theirs is the mean over the samples kept; dividing by all pixels keeps the size of
    the gradient proportional to what is reliable, and 0 where nothing is.
    """
    entropies = pixel_entropies(logits)
    limit = margin * math.log(logits.shape[1])
    return entropies[entropies < limit].sum() / entropies.numel()


def self_information(logits: Tensor) -> Tensor:
    """Return -p_c log p_c / log(classes) of each class and pixel, shaped as ``logits``.

    Vu et al. 2019: its sum over classes is the normalised entropy.
    """
    log_probabilities = torch.log_softmax(logits.float(), dim=1)
    return -(log_probabilities.exp() * log_probabilities) / math.log(logits.shape[1])
