"""Scores per subject, whose mean over subjects is the task's metric."""

import torch
from torch import Tensor

from benchmarks.engine.tasks.surfaces import surface_distances, tolerance_mm
from benchmarks.plan.metrics import diagonal_mm


def segmentation_scores(
    prediction: Tensor, truth: Tensor, spacing: tuple[float, float, float]
) -> dict[str, float | None]:
    """Return Dice, NSD and HD95 (mm) of one binary volume (slices, height, width).

    An empty reference has no surface: its distances are None, so that they are left out of means
    and counted. Its Dice is 1 where the prediction is empty too, else 0. An empty prediction of a
    region that is there gets the worst values: Dice 0, NSD 0, HD95 the volume's diagonal.
    """
    predicted, true = bool(prediction.any()), bool(truth.any())
    if not true:
        return {"dice": float(not predicted), "nsd": None, "hd95": None}
    if not predicted:
        return {"dice": 0.0, "nsd": 0.0, "hd95": diagonal_mm(truth.shape, spacing)}
    masks = prediction.bool().numpy(), truth.bool().numpy()
    distances = surface_distances(*masks, spacing)
    overlap = float((masks[0] & masks[1]).sum())
    return {
        "dice": 2 * overlap / float(masks[0].sum() + masks[1].sum()),
        "nsd": distances.nsd(tolerance_mm(spacing)),
        "hd95": distances.hd95(),
    }


def mean_dice(predictions: Tensor, truth: Tensor) -> float:
    """Return the mean Dice over subjects of (subjects, slices, height, width) volumes."""
    overlap = (predictions & truth).flatten(1).sum(1).double()
    sizes = predictions.flatten(1).sum(1).double() + truth.flatten(1).sum(1).double()
    dice = torch.where(sizes > 0, 2 * overlap / sizes.clamp(min=1), torch.ones_like(sizes))
    return float(dice.mean())
