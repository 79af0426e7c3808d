"""Statistical inference: intervals, paired tests, correction for multiple comparisons."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

RESAMPLES = 2000
PERMUTATIONS = 9999
CONFIDENCE = 0.95
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A mean with its bootstrap interval."""

    mean: float
    low: float
    high: float


def bootstrap_interval(
    scores: Scores, *, strata: Sequence[int] | None = None, seed: int = 0
) -> Interval:
    """Return the mean and its 95% percentile interval over seeds and subjects.

    ``scores`` is (seeds, subjects). Seeds and subjects are resampled independently and crossed: a
    drawn subject is used with every drawn seed, since the same subjects are tested under each seed
    (Owen 2007, the pigeonhole bootstrap). Subjects are drawn within their ``strata`` (subjects,),
    so that a metric that weights classes keeps its weights.
    """
    generator = np.random.default_rng(seed)
    seeds, subjects = scores.shape
    rows = generator.integers(seeds, size=(RESAMPLES, seeds, 1))
    groups = np.zeros(subjects, dtype=int) if strata is None else np.asarray(strata)
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    drawn = [generator.choice(own, size=(RESAMPLES, 1, len(own))) for own in members]
    columns = np.concatenate(drawn, axis=2)
    means = scores[rows, columns].mean(axis=(1, 2))
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(scores.mean()), float(low), float(high))


def sign_flip_p_value(differences: Scores, *, seed: int = 0) -> float:
    """Return the two-sided p-value of mean zero for paired ``differences`` (subjects,).

    Under the null hypothesis both signs are equally likely. Exact up to 13 subjects, 9,999 random
    flips beyond.
    """
    if not np.any(differences):
        return 1.0
    result = stats.permutation_test(
        (differences,),
        lambda values, axis: np.mean(values, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=PERMUTATIONS,
        alternative="two-sided",
        rng=np.random.default_rng(seed),
    )
    return float(result.pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the adjusted p-values, in the given order (Holm 1979)."""
    order = np.argsort(p_values)
    adjusted = np.empty(len(p_values))
    running = 0.0
    for rank, index in enumerate(order):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = running
    return [float(value) for value in adjusted]


def verdict(gain: Interval, adjusted_p: float, level: float) -> str:
    """Return gain, negative_transfer, or no_difference where the difference is within noise.

    A difference must pass both the paired test, which reflects variation over subjects, and the
    interval, which also reflects variation over seeds.
    """
    if adjusted_p > level or gain.low <= 0 <= gain.high:
        return "no_difference"
    return "gain" if gain.mean > 0 else "negative_transfer"
