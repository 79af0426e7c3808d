"""Means and gains over crossed seeds and people: their t, interval and smallest detectable gain.

Every person is tested under every seed, so that a table (seeds, people) has two random effects and
no replication. Ignoring the seeds, as a test over people does, mistakes a lucky pair of trainings
for a gain.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

CONFIDENCE = 0.95
POWER = 0.8
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class MeanSquares:
    """Mean squares of tables (..., seeds, people): of seeds, of people, and of the rest."""

    seeds: Scores
    people: Scores
    rest: Scores


@dataclass(frozen=True)
class CrossedMean:
    """Means of tables (..., seeds, people), each field of the leading shape, or numbers.

    ``standard_error`` is of a mean over seeds and people that were both drawn, and
    ``degrees_of_freedom`` are those of its square.
    """

    mean: Scores
    standard_error: Scores
    degrees_of_freedom: Scores

    def interval(self, confidence: float = CONFIDENCE) -> tuple[Scores, Scores]:
        """Return the lower and upper ends of the interval for the mean."""
        reach = stats.t.ppf((1 + confidence) / 2, self.degrees_of_freedom) * self.standard_error
        return self.mean - reach, self.mean + reach

    def p_value(self) -> Scores:
        """Return the two-sided p-values of a mean of zero; 1 where every score is zero."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.abs(self.mean) / self.standard_error
        p_values = 2 * stats.t.sf(ratio, self.degrees_of_freedom)
        is_nothing = (self.mean == 0) & (self.standard_error == 0)
        return np.where(is_nothing, 1.0, p_values)

    def detectable(self, level: float, power: float = POWER) -> Scores:
        """Return the smallest true mean that a two-sided test at ``level`` finds this often.

        The usual sum of two quantiles, of the level and of the power, times the standard error.
        """
        found = stats.t.ppf(1 - level / 2, self.degrees_of_freedom)
        return (found + stats.t.ppf(power, self.degrees_of_freedom)) * self.standard_error


def mean_squares(scores: Scores) -> MeanSquares:
    """Return the mean squares of tables (..., seeds, people), at least two of each."""
    seeds, people = scores.shape[-2:]
    by_seed, by_person = scores.mean(axis=-1), scores.mean(axis=-2)
    whole = scores.mean(axis=(-2, -1))
    rest = scores - by_seed[..., :, None] - by_person[..., None, :] + whole[..., None, None]
    return MeanSquares(
        seeds=people * by_seed.var(axis=-1, ddof=1),
        people=seeds * by_person.var(axis=-1, ddof=1),
        rest=(rest**2).sum(axis=(-2, -1)) / ((seeds - 1) * (people - 1)),
    )


def crossed_mean(scores: Scores) -> CrossedMean:
    """Return the mean of tables (..., seeds, people) with its standard error.

    Crossed random effects: the variance is max(MS_seeds + MS_people - MS_rest, MS_rest) / (seeds x
    people), since a component below zero is none (Searle, Casella and McCulloch 1992, chapter 4);
    degrees of freedom after Satterthwaite (1946), those of MS_rest where it is the larger. With one
    seed the error is that over people, with one person that over seeds, and says nothing about the
    other. Raises ValueError for a table of one score.
    """
    seeds, people = scores.shape[-2:]
    if seeds * people < 2:
        message = "one seed and one person have no spread: give more of either"
        raise ValueError(message)
    mean = scores.mean(axis=(-2, -1))
    if min(seeds, people) == 1:
        variance = scores.var(axis=(-2, -1), ddof=1) / (seeds * people)
        freedom = np.full(variance.shape, seeds * people - 1.0)
        return CrossedMean(mean, np.sqrt(variance), freedom)
    squares = mean_squares(scores)
    variance, freedom = _pooled(squares, seeds, people)
    return CrossedMean(mean, np.sqrt(variance / (seeds * people)), freedom)


def _pooled(squares: MeanSquares, seeds: int, people: int) -> tuple[Scores, Scores]:
    """Return the variance of one score's worth of the mean, and its degrees of freedom."""
    of_rest = (seeds - 1) * (people - 1)
    total = squares.seeds + squares.people - squares.rest
    spread = squares.seeds**2 / (seeds - 1) + squares.people**2 / (people - 1)
    spread = spread + squares.rest**2 / of_rest
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = np.where(total > squares.rest, total**2 / spread, of_rest)
    return np.maximum(total, squares.rest), freedom
