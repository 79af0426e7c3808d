"""Ranks with intervals under three schemes, and where the schemes disagree.

Wiesenfarth et al. 2021 (Scientific Reports 11, 2369): a ranking depends on how it is made and on
who was tested, so that one order without an interval claims too much.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

RESAMPLES = 1000
LEVEL = 0.05
CONFIDENCE = 0.95
Scores = NDArray[np.float64]
Scheme = Callable[[Scores], Scores]


@dataclass(frozen=True)
class RankInterval:
    """A strategy's rank, 1 is best, and the 95% interval of its ranks in resamples."""

    rank: int
    low: int
    high: int


@dataclass(frozen=True)
class RankedSchemes:
    """Each scheme's ranks by strategy; ``reversed_pairs`` are ordered otherwise by another scheme.

    ``is_first_shared`` is whether all schemes put the same strategy first.
    """

    ranks: dict[str, dict[str, RankInterval]]
    resamples: int
    reversed_pairs: list[tuple[str, str]]
    is_first_shared: bool

    @property
    def disagree(self) -> bool:
        """Return whether the order depends on the scheme."""
        return bool(self.reversed_pairs) or not self.is_first_shared


def rank_schemes(
    scores: Mapping[str, Scores],
    *,
    strata: Sequence[int] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> RankedSchemes:
    """Return ranks under three schemes from scores (seeds, subjects) by strategy, higher is better.

    *Mean*: by the mean score (aggregate, then rank). *Ranks*: by the mean of each subject's ranks
    (rank, then aggregate). *Tests*: by how many others a strategy beats in a one-sided paired t
    test over subjects at 0.05, uncorrected (test, then rank). Equal strategies share the better
    rank. Subjects, within ``strata`` (subjects,), and seeds are resampled crossed; all strategies
    share a resample. Raises ValueError for tables of different shapes, or missing scores.
    """
    names = list(scores)
    if len({table.shape for table in scores.values()}) != 1:
        raise ValueError("every strategy needs scores of the same seeds and subjects")
    tables = np.stack([scores[name] for name in names])  # (strategies, seeds, subjects)
    if np.isnan(tables).any():
        raise ValueError("a ranking needs every score")
    drawn = _resampled(tables, strata, resamples, np.random.default_rng(seed))
    tails = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
    ranks: dict[str, dict[str, RankInterval]] = {}
    for scheme, order in SCHEMES.items():
        once, found = order(tables.mean(axis=1)), order(drawn)
        # The inner order statistics would make the interval too short, so that ends round outwards.
        low = np.quantile(found, tails[0], axis=0, method="lower")
        high = np.quantile(found, tails[1], axis=0, method="higher")
        ranks[scheme] = {
            name: RankInterval(int(once[i]), int(low[i]), int(high[i]))
            for i, name in enumerate(names)
        }
    firsts = {frozenset(n for n in names if own[n].rank == 1) for own in ranks.values()}
    return RankedSchemes(ranks, resamples, _reversed(names, ranks), len(firsts) == 1)


def by_means(scores: Scores) -> Scores:
    """Return ranks (..., strategies) by the mean of scores (..., strategies, subjects)."""
    return _ranks(scores.mean(axis=-1))


def by_ranks(scores: Scores) -> Scores:
    """Return ranks by the mean over subjects of each subject's ranks."""
    return _ranks(-stats.rankdata(-scores, axis=-2).mean(axis=-1))


def by_tests(scores: Scores) -> Scores:
    """Return ranks by the number of strategies that each one beats in a paired t test."""
    subjects = scores.shape[-1]
    means = scores.mean(axis=-1)
    centred = scores - means[..., None]
    cross = centred @ np.swapaxes(centred, -1, -2) / (subjects - 1)
    own = np.diagonal(cross, axis1=-2, axis2=-1)
    spread = own[..., :, None] + own[..., None, :] - 2 * cross
    gaps = means[..., :, None] - means[..., None, :]
    beyond = stats.t.ppf(1 - LEVEL, subjects - 1) * np.sqrt(np.maximum(spread, 0) / subjects)
    return _ranks(((gaps > beyond) & (gaps > NOISE)).sum(axis=-1))


NOISE = 1e-12
"""Differences of means below this are rounding."""
SCHEMES: dict[str, Scheme] = {"mean": by_means, "ranks": by_ranks, "tests": by_tests}


def _ranks(values: Scores) -> Scores:
    return np.asarray(stats.rankdata(-np.round(values, 12), method="min", axis=-1))


def _resampled(
    tables: Scores, strata: Sequence[int] | None, count: int, generator: np.random.Generator
) -> Scores:
    """Return (resamples, strategies, subjects), means over drawn seeds of drawn subjects."""
    _, seeds, subjects = tables.shape
    groups = np.zeros(subjects, dtype=int) if strata is None else np.asarray(strata)
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    drawn = [generator.choice(own, size=(count, len(own))) for own in members]
    who = np.concatenate(drawn, axis=1)  # (resamples, subjects)
    weights = generator.multinomial(seeds, np.full(seeds, 1 / seeds), size=count) / seeds
    over_seeds = np.tensordot(weights, tables, axes=(1, 1))  # (resamples, strategies, subjects)
    found: Scores = np.take_along_axis(over_seeds, who[:, None, :], axis=2)
    return found


def _reversed(
    names: Sequence[str], ranks: Mapping[str, Mapping[str, RankInterval]]
) -> list[tuple[str, str]]:
    found = []
    for a, b in combinations(names, 2):
        signs = {int(np.sign(own[a].rank - own[b].rank)) for own in ranks.values()}
        if {-1, 1} <= signs:
            found.append((a, b))
    return found
