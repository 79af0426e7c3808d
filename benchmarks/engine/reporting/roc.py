"""Areas under ROC curves: each person's share, and intervals that hold near one.

The shares of a metric that weights classes, also of the balanced accuracy, add to its mean and
carry its variance, so that means and gains over seeds and people are taken as of any other metric.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special

from benchmarks.engine.reporting.crossed import CONFIDENCE

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
NEAR, HALVINGS = 1e-9, 50


def placements(probabilities: Values, truth: Flags) -> Values:
    """Return (people,), the part of the other class that each person is ranked correctly against.

    DeLong et al. 1988, the structural components; ties count a half. Both classes must be there.
    """
    found = np.empty(len(truth))
    for value in (True, False):
        own, others = probabilities[truth == value], probabilities[truth != value]
        gaps = own[:, None] - others[None, :] if value else others[None, :] - own[:, None]
        found[truth == value] = (gaps > 0).mean(axis=1) + 0.5 * (gaps == 0).mean(axis=1)
    return found


def class_shares(values: Values, truth: Flags) -> Values:
    """Return (people,), shares whose mean is the mean over both classes' means of ``values``.

    A share is that mean + (n / n_class)(value - the class's mean), / 2 for a mean of two classes;
    the variance of the shares' mean is then that of the metric, classes drawn apart.
    """
    shares = np.empty(len(truth))
    metric = (values[truth].mean() + values[~truth].mean()) / 2
    for own in (truth, ~truth):
        shares[own] = metric + len(truth) / (2 * own.sum()) * (values[own] - values[own].mean())
    return shares


def auc_shares(probabilities: Values, truth: Flags) -> Values:
    """Return (people,), each person's share in the area under the ROC curve, its mean.

    A share is AUC + (n / n_class)(V - AUC) with the person's placement V, so that the variance of
    the mean share is that of DeLong et al. (1988): both classes add to it in full. A share can lie
    outside 0 to 1.
    """
    found = placements(probabilities, truth)
    area = found[truth].mean()
    weights = np.where(truth, truth.sum(), (~truth).sum())
    return area + len(truth) / weights * (found - area)


def balanced_shares(probabilities: Values, truth: Flags) -> Values:
    """Return (people,), each person's share in the balanced accuracy at 1/2, its mean."""
    is_right = ((probabilities > 0.5) == truth).astype(np.float64)
    return class_shares(is_right, truth)


def auc_interval(
    areas: Values, positives: int, negatives: int, *, confidence: float = CONFIDENCE
) -> tuple[Values, Values]:
    """Return the intervals for the means of ``areas`` (..., seeds), AUCs on the same people.

    Method 5 of Newcombe (2006, part 2): it solves |AUC - a| = q s(a), where s(a) is Hanley and
    McNeil's (1982) error at the true area ``a`` with half of both classes' sizes in place of each.
    The variance of the mean over seeds is added to s(a)^2, and q becomes the quantile of a t with
    Satterthwaite's degrees of freedom; with one seed the interval is Newcombe's own.
    """
    area, of_seeds = areas.mean(axis=-1), _variance_of_mean(areas)
    of_people = newcombe_variance(area, positives, negatives)
    reach = _reach(of_people, of_seeds, areas.shape[-1], confidence)

    def is_inside(true_area: Values) -> NDArray[np.bool_]:
        variance = newcombe_variance(true_area, positives, negatives) + of_seeds
        return np.abs(area - true_area) <= reach * np.sqrt(variance)

    return _end(is_inside, area, 0.0), _end(is_inside, area, 1.0)


def newcombe_variance(area: Values, positives: int, negatives: int) -> Values:
    """Return the variance of an AUC whose true value is ``area``, for two exponential classes."""
    half = (positives + negatives) / 2 - 1
    shape = 1 + half * ((1 - area) / (2 - area) + area / (1 + area))
    return np.asarray(area * (1 - area) * shape / (positives * negatives))


def balanced_interval(
    rights: Values, truth: Flags, *, confidence: float = CONFIDENCE
) -> tuple[Values, Values]:
    """Return the intervals for the mean balanced accuracy of ``rights`` (..., seeds, people).

    Each class's share of right answers has Clopper and Pearson's interval; the interval of their
    mean recovers its variances from the nearer ends (Newcombe 1998, method 10 for two proportions).
    The variance of the mean over seeds is added as in `auc_interval`.
    """
    by_class = [rights[..., own].mean(axis=-1) for own in (truth, ~truth)]  # (..., seeds) each
    sizes = [int(own.sum()) for own in (truth, ~truth)]
    of_seeds = _variance_of_mean((by_class[0] + by_class[1]) / 2)
    shares = [share.mean(axis=-1) for share in by_class]
    of_people = sum(p * (1 - p) / n / 4 for p, n in zip(shares, sizes, strict=True))
    reach = _reach(np.asarray(of_people), of_seeds, rights.shape[-2], confidence)
    scale = (reach / special.ndtri((1 + confidence) / 2)) ** 2
    below = above = reach**2 * of_seeds
    for share, size in zip(shares, sizes, strict=True):
        low, high = _exact(share * size, size, confidence)
        below = below + scale * (share - low) ** 2 / 4
        above = above + scale * (high - share) ** 2 / 4
    metric = (shares[0] + shares[1]) / 2
    return np.maximum(metric - np.sqrt(below), 0.0), np.minimum(metric + np.sqrt(above), 1.0)


def _exact(right: Values, size: int, confidence: float) -> tuple[Values, Values]:
    """Return Clopper and Pearson's (1934) ends for ``right`` of ``size`` people."""
    tail = (1 - confidence) / 2
    low = special.betaincinv(np.maximum(right, NEAR), size - right + 1, tail)
    high = special.betaincinv(right + 1, np.maximum(size - right, NEAR), 1 - tail)
    return np.where(right > NEAR, low, 0.0), np.where(size - right > NEAR, high, 1.0)


def _variance_of_mean(values: Values) -> Values:
    """Return the variance of the means of (..., seeds); 0 for one seed, which has none to show."""
    seeds = values.shape[-1]
    if seeds == 1:
        return np.zeros(values.shape[:-1])
    return np.asarray(values.var(axis=-1, ddof=1) / seeds)


def _reach(of_people: Values, of_seeds: Values, seeds: int, confidence: float) -> Values:
    """Return the quantile of a t whose degrees of freedom are the seeds' part of the variance."""
    side = (1 + confidence) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = (of_people + of_seeds) ** 2 / (of_seeds**2 / max(seeds - 1, 1))
        quantile = special.stdtrit(freedom, side)
    return np.where(of_seeds > 0, quantile, special.ndtri(side))


def _end(is_inside: Callable[[Values], NDArray[np.bool_]], area: Values, bound: float) -> Values:
    """Return by bisection where the interval ends between the area and the bound."""
    inside = np.clip(area, NEAR, 1 - NEAR)  # at 0 and 1 themselves the error is none
    outside = np.full_like(inside, bound)
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        holds = is_inside(middle)
        inside, outside = np.where(holds, middle, inside), np.where(holds, outside, middle)
    return np.where(np.abs(inside - bound) < 2 * NEAR, bound, inside)
