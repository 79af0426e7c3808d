"""How often a score picks the best source over bootstrap draws of people and seeds.

A published table shows a single draw. Each of ``DRAWS`` repeats draws, with replacement,

- seeds, each with its own people and networks: the Dice and the scores of a draw are means over
  the drawn seeds;
- the target's test subjects: they decide which source is truly best;
- the target's labelled people: the benchmark computes every score on all of their images and on a
  few bootstrap resamples of the people, and a draw takes one of these at random.

Sources that have no score in a draw cannot be picked in it. Modality and RoI analysis do not vary:
they do not depend on the drawn people's images.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from benchmarks.findings.source_selection.errors import SelectionError
from benchmarks.findings.source_selection.measured import Floats, Interval, Pair, draw, interval

DRAWS = 1000
TOPS = (1, 2, 3, 4)
RESAMPLING = (
    "bootstrap over seeds and target test subjects (truth), and over the labelled "
    "target people whose images give the scores"
)


@dataclass(frozen=True)
class Repeats:
    """What happened in every draw: (draws, ...).

    ``has_pick`` is of all draws: in which of them a candidate has a score. The others are of those
    only. ``footrules`` is (draws, tops), NaN where fewer candidates than that have a score.
    """

    has_pick: NDArray[np.bool_]

    right: NDArray[np.bool_]
    best_is_candidate: NDArray[np.bool_]
    lost_dice: Floats
    footrules: Floats

    @property
    def footrules_of_all_draws(self) -> Floats:
        """Return (all draws, tops), NaN too where no candidate has a score."""
        found = np.full((len(self.has_pick), self.footrules.shape[1]), np.nan)
        found[self.has_pick] = self.footrules
        return found


def repeat(
    pairs: Sequence[Pair], *, score: str, among: Collection[str], count: int = DRAWS, seed: int = 0
) -> Repeats:
    """Return the outcome of picking the best source in ``among`` by ``score`` in each draw.

    ``pairs`` are all sources of one target. Raises SelectionError where no draw has a candidate.
    """
    dice, values = _drawn(pairs, score, count, seed)
    allowed = np.array([pair.source.name in among for pair in pairs])
    values = np.where(allowed & np.isfinite(values), values, -np.inf)
    has_pick: NDArray[np.bool_] = np.asarray(np.isfinite(values).any(axis=1))
    if not has_pick.any():
        target = pairs[0].target.name
        raise SelectionError(target, f"no candidate has a {score} in any draw; see its reasons")
    dice, values = dice[has_pick], values[has_pick]
    picked = np.take_along_axis(dice, values.argmax(axis=1)[:, None], axis=1)[:, 0]
    best = dice.max(axis=1)
    return Repeats(
        has_pick=has_pick,
        right=picked == best,
        best_is_candidate=np.where(allowed, dice, -np.inf).max(axis=1) == best,
        lost_dice=best - picked,
        footrules=_footrules(dice, values),
    )


def _drawn(pairs: Sequence[Pair], score: str, count: int, seed: int) -> tuple[Floats, Floats]:
    """Return Dice and score of every source in every draw, each (draws, sources)."""
    first = pairs[0]
    draws = draw(first.dice.shape, first.target.people, count=count, seed=seed)
    columns = first.scores[score].shape[1]
    taken = np.random.default_rng([seed, 2]).integers(columns, size=count)
    dice = np.stack([draws.means(pair.dice) for pair in pairs], axis=1)
    values = [pair.scores[score][draws.seeds, taken[:, None]].mean(axis=1) for pair in pairs]
    return dice, np.stack(values, axis=1)


def _footrules(dice: Floats, values: Floats) -> Floats:
    """Return sum over the first k picks of |true place - place|, as `footrule` does: (draws, k)."""
    places = 1 + (dice[:, None, :] > dice[:, :, None]).sum(axis=2)
    order = np.argsort(-values, axis=1, kind="stable")[:, : max(TOPS)]
    steps = np.abs(np.take_along_axis(places, order, axis=1) - np.arange(1, order.shape[1] + 1))
    is_pick = np.isfinite(np.take_along_axis(values, order, axis=1))
    sums = np.cumsum(np.where(is_pick, steps, np.nan), axis=1)
    missing = np.full((len(sums), max(TOPS) - sums.shape[1]), np.nan)
    return np.hstack([sums, missing])[:, [top - 1 for top in TOPS]]


class StabilityRow(TypedDict):
    """How often a score picks a target's best source, and what it costs where it does not.

    ``footrule`` is by number of picks, null where fewer candidates than that have a score.
    """

    target: str
    score: str
    prior_knowledge: bool
    sources: int
    candidates: int
    draws: int
    resampling: str
    right_share: float
    best_is_candidate_share: float
    lost_dice: Interval
    footrule: dict[str, Interval | None]


def stability_row(
    pairs: Sequence[Pair], *, score: str, among: Collection[str], prior_knowledge: bool
) -> StabilityRow:
    """Return how often the pick is right, what a wrong one costs, and the footrules."""
    found = repeat(pairs, score=score, among=among)
    footrules = {
        str(top): interval(column) if np.isfinite(column).all() else None
        for top, column in zip(TOPS, found.footrules.T, strict=True)
    }
    return {
        "target": pairs[0].target.name,
        "score": score,
        "prior_knowledge": prior_knowledge,
        "sources": len(pairs),
        "candidates": len(among),
        "draws": len(found.right),
        "resampling": RESAMPLING,
        "right_share": float(found.right.mean()),
        "best_is_candidate_share": float(found.best_is_candidate.mean()),
        "lost_dice": interval(found.lost_dice),
        "footrule": footrules,
    }
