"""Scores per subject, whose mean over subjects is the task's metric."""

import math
import warnings

import torch
from monai.metrics import compute_dice, compute_hausdorff_distance
from torch import Tensor


def segmentation_scores(
    prediction: Tensor, truth: Tensor, spacing: tuple[float, float, float]
) -> dict[str, float]:
    """Return Dice and HD95 (mm) of one binary volume (slices, height, width).

    Where both are empty, Dice is 1 and HD95 0. Where only one is empty, Dice is 0 and HD95 is the
    volume's diagonal, the largest possible error.
    """
    predicted, true = bool(prediction.any()), bool(truth.any())
    if not (predicted and true):
        is_right = predicted == true
        return {"dice": float(is_right), "hd95": 0.0 if is_right else _diagonal(truth, spacing)}
    pair = prediction[None, None].float(), truth[None, None].float()  # (1, 1, slices, h, w)
    with warnings.catch_warnings():
        # MONAI 1.6 warns of an argument that it passes to itself, once for every subject.
        warnings.filterwarnings("ignore", "(.|\\n)*always_return_as_numpy", FutureWarning)
        distance = compute_hausdorff_distance(
            *pair, include_background=True, percentile=95, spacing=list(spacing)
        )
    return {"dice": float(compute_dice(*pair)), "hd95": float(distance)}


def mean_dice(predictions: Tensor, truth: Tensor) -> float:
    """Return the mean Dice over subjects of (subjects, slices, height, width) volumes."""
    overlap = (predictions & truth).flatten(1).sum(1).double()
    sizes = predictions.flatten(1).sum(1).double() + truth.flatten(1).sum(1).double()
    dice = torch.where(sizes > 0, 2 * overlap / sizes.clamp(min=1), torch.ones_like(sizes))
    return float(dice.mean())


def _diagonal(volume: Tensor, spacing: tuple[float, float, float]) -> float:
    return math.sqrt(sum((n * s) ** 2 for n, s in zip(volume.shape, spacing, strict=True)))
