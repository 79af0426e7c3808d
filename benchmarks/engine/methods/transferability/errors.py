"""The error for input without a score, and the checks that scores share."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

COUNTABLE = 1 << 16
LARGEST = 1e30
"""Largest magnitude of a feature. Scores multiply four features: from 1e77 on the products leave
double precision, and the H-score is wrong without being infinite."""


class ScoreError(ValueError):
    """Input without a score; the message names the task, the argument and the reason."""

    def __init__(self, task: str, reason: str) -> None:
        self.task, self.reason = task, reason
        super().__init__(f"{task}: {reason}" if task else reason)


def features_of(
    value: ArrayLike | Tensor, name: str, *, task: str, dimensions: int, dtype: torch.dtype
) -> Tensor:
    """Return features as a tensor.

    Raises ScoreError for a wrong shape, for NaN or infinity, and for magnitudes above ``LARGEST``.
    """
    tensor = torch.as_tensor(np.asarray(value) if not isinstance(value, Tensor) else value)
    tensor = tensor.detach().to(dtype)
    if tensor.ndim != dimensions or 0 in tensor.shape:
        raise ScoreError(
            task, f"{name} must have {dimensions} axes, none empty, got shape {tuple(tensor.shape)}"
        )
    # One pass: a finite sum has finite parts.
    wrong = 0 if tensor.sum().isfinite() else int((~torch.isfinite(tensor)).sum())
    if wrong:
        raise ScoreError(task, f"{name} holds {wrong} NaN or infinite values of {tensor.numel()}")
    largest = float(tensor.abs().max())
    if largest > LARGEST:
        raise ScoreError(
            task,
            f"{name} reach {largest:.0e}: products overflow above {LARGEST:.0e}; rescale",
        )
    return tensor


def labels_of(
    value: ArrayLike | Tensor, name: str, *, task: str, shape: Sequence[int], classes: int = 2
) -> tuple[Tensor, Tensor]:
    """Return the classes that occur, ascending, and the labels as indices into them."""
    tensor = torch.as_tensor(np.asarray(value) if not isinstance(value, Tensor) else value).detach()
    if tuple(tensor.shape) != tuple(shape):
        raise ScoreError(
            task, f"{name} has shape {tuple(tensor.shape)}, its features ask for {tuple(shape)}"
        )
    if tensor.is_floating_point() and not bool((tensor == tensor.round()).all()):
        raise ScoreError(task, f"{name} must hold whole numbers or booleans, and no NaN")
    found, index = _classes(tensor.long())
    if len(found) < classes:
        raise ScoreError(task, f"{name} holds only class {found.tolist()}: two are needed")
    return found, index


def _classes(labels: Tensor) -> tuple[Tensor, Tensor]:
    """Return the result of `torch.unique`, by counting where the range of labels is small."""
    low, high = int(labels.min()), int(labels.max())
    if high - low > COUNTABLE:
        return torch.unique(labels, return_inverse=True)
    places = labels - low
    occurs = torch.bincount(places.flatten()) > 0
    if bool(occurs.all()):
        return torch.arange(low, high + 1), places
    return occurs.nonzero()[:, 0] + low, (torch.cumsum(occurs, 0) - 1)[places]
