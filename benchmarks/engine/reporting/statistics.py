"""Statistical inference: intervals of metrics, correction for multiple comparisons, verdicts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.engine.reporting.crossed import CrossedMean, Scores, crossed_mean
from benchmarks.engine.reporting.roc import Flags, auc_interval, balanced_interval
from benchmarks.plan.metrics import Metric


@dataclass(frozen=True)
class Interval:
    """A mean with its 95% interval, whose ends are None where one score shows no spread."""

    mean: float
    low: float | None
    high: float | None


def crossed_interval(scores: Scores) -> tuple[Interval, CrossedMean | None]:
    """Return the mean of ``scores`` (seeds, people) with its crossed t interval, and the t."""
    if scores.size < 2:
        return Interval(float(scores.mean()), None, None), None
    found = crossed_mean(scores)
    low, high = found.interval()
    return Interval(float(found.mean), float(low), float(high)), found


def metric_interval(
    metric: Metric, scores: Scores, classes: Flags, rights: Scores | None, diagonal_mm: float
) -> Interval:
    """Return the mean of a metric over ``scores`` (seeds, people) with an interval that holds.

    Shares of AUC and balanced accuracy have no spread where every answer is right, so their means
    have intervals of their own. ``classes`` (people,) are the true classes, ``rights`` (seeds,
    people) the right answers. Other metrics have the crossed t's interval within their bounds,
    those of a distance in a volume of this diagonal.
    """
    if metric.slug == "auc":
        ends = auc_interval(scores.mean(axis=1), int(classes.sum()), int((~classes).sum()))
        return Interval(float(scores.mean()), float(ends[0]), float(ends[1]))
    if rights is not None:
        ends = balanced_interval(rights, classes)
        return Interval(float(scores.mean()), float(ends[0]), float(ends[1]))
    interval, _ = crossed_interval(scores)
    if interval.low is None or interval.high is None:
        return interval
    least, most = metric.bounds(diagonal_mm)
    # Rounding can put a mean of equal scores at a bound beside it.
    low = min(max(interval.low, least), interval.mean)
    return Interval(interval.mean, low, max(min(interval.high, most), interval.mean))


def holm(p_values: Sequence[float], *, compared: int | None = None) -> list[float]:
    """Return the adjusted p-values, in the given order (Holm 1979).

    ``compared`` is the number of comparisons declared: those without a p-value count as 1.
    """
    count = max(len(p_values), compared or 0)
    order = np.argsort(p_values)
    adjusted = np.empty(len(p_values))
    running = 0.0
    for rank, index in enumerate(order):
        running = max(running, min(1.0, (count - rank) * p_values[index]))
        adjusted[index] = running
    return [float(value) for value in adjusted]


def verdict(gain: float, adjusted_p: float, level: float) -> str:
    """Return gain, negative_transfer, or no_difference where the difference is within noise."""
    if adjusted_p > level or math.isnan(adjusted_p):
        return "no_difference"
    return "gain" if gain > 0 else "negative_transfer"
