"""Scores per subject, whose mean over subjects is the task's metric."""

import math
import warnings

import numpy as np
import torch
from monai.metrics import compute_dice, compute_hausdorff_distance
from numpy.typing import NDArray
from torch import Tensor

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


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


def auc_shares(probabilities: Values, truth: Flags) -> Values:
    """Return each subject's share in the area under the ROC curve, whose mean is the area.

    A share is the subject's placement among the other class (DeLong et al. 1988, the structural
    components), scaled so that each class has half of the weight. Ties count a half.
    """
    shares = np.empty(len(truth))
    for value in (True, False):
        own, others = probabilities[truth == value], probabilities[truth != value]
        gaps = own[:, None] - others[None, :] if value else others[None, :] - own[:, None]
        placements = (gaps > 0).mean(axis=1) + 0.5 * (gaps == 0).mean(axis=1)
        shares[truth == value] = placements * len(truth) / (2 * len(own))
    return shares


def balanced_shares(probabilities: Values, truth: Flags) -> Values:
    """Return each subject's share in the balanced accuracy at 1/2, whose mean is the accuracy."""
    is_right = (probabilities > 0.5) == truth
    counts = np.where(truth, truth.sum(), (~truth).sum())
    return is_right * len(truth) / (2 * counts)


def _diagonal(volume: Tensor, spacing: tuple[float, float, float]) -> float:
    return math.sqrt(sum((n * s) ** 2 for n, s in zip(volume.shape, spacing, strict=True)))
