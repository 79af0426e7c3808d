"""The only definition of metrics: slug, name, unit, direction and task."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One metric of one task; ``name`` is its name in papers, ``unit`` is empty for a share."""

    slug: str
    name: str
    task: str
    is_higher_better: bool = True
    unit: str = ""

    @property
    def word(self) -> str:
        """Return the name with the unit, as in table headers."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    @property
    def sign(self) -> float:
        """Return 1 if higher is better, else -1: a difference times it is a gain."""
        return 1.0 if self.is_higher_better else -1.0

    def bounds(self, diagonal_mm: float) -> tuple[float, float]:
        """Return the smallest and the largest value that a person's score, and so a mean, can have.

        A share ends at 1, a distance at the diagonal of the tested volume, which its scenario's
        profile gives; an error in years ends nowhere.
        """
        ends = {"": 1.0, "mm": diagonal_mm}
        return 0.0, ends.get(self.unit, math.inf)


METRICS = {
    metric.slug: metric
    for metric in (
        Metric("dice", "Dice", "segmentation"),
        Metric("nsd", "NSD", "segmentation"),
        Metric("hd95", "HD95", "segmentation", is_higher_better=False, unit="mm"),
        Metric("auc", "AUC", "classification"),
        Metric("balanced_accuracy", "Balanced accuracy", "classification"),
        Metric("mae", "MAE", "regression", is_higher_better=False, unit="years"),
    )
}
"""Metrics by slug; the first one of a task is its main metric."""


def metrics_of(task: str) -> tuple[Metric, ...]:
    """Return a task's metrics, the main one first."""
    return tuple(metric for metric in METRICS.values() if metric.task == task)


def diagonal_mm(shape: Sequence[int], spacing: Sequence[float]) -> float:
    """Return the diagonal of a volume of ``shape`` voxels, ``spacing`` mm apart.

    It is the HD95 of an empty prediction, and no distance within the volume is larger.
    """
    return math.sqrt(sum((n * s) ** 2 for n, s in zip(shape, spacing, strict=True)))


TASKS = tuple(dict.fromkeys(metric.task for metric in METRICS.values()))
MAIN_METRICS = tuple(metrics_of(task)[0].slug for task in TASKS)
MAIN_FIRST = (*MAIN_METRICS, *(slug for slug in METRICS if slug not in MAIN_METRICS))
