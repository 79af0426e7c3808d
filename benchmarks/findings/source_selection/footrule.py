"""Spearman's footrule over the top k, as Table VI of Li et al. uses it.

    footrule_k = sum_{n=1..k} |rank(source predicted n-th) - n|

after eq. (8): rank is the source's place among ALL sources by fine-tuned Dice, best first. Sources
of equal Dice share the better place (1, 2, 3, 3, 5), which is how the published cells come out.
Unit: places. With prior knowledge only the candidates that stayed are predicted, but the truth
still ranks every source, so a filtered ranking can be far off even when its order is right.

Where two candidates have equal scores the prediction says nothing about their order, and the
footrule can depend on it. Then ``value`` takes the order in which candidates were given, ``lowest``
and ``highest`` are the extremes over all orders, and ``tied`` names who shares a score.
(Diaconis and Graham, J. R. Stat. Soc. B 39, 1977.)
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.findings.source_selection.errors import SelectionError


@dataclass(frozen=True)
class Footrule:
    """One cell: the footrule, its extremes over orders of tied scores, and the ties."""

    value: int
    lowest: int
    highest: int
    chosen: tuple[str, ...]
    tied: tuple[tuple[str, ...], ...]  # of equal score, where one at least is among the chosen
    tied_truth: tuple[tuple[str, ...], ...]  # of equal truth, likewise


def true_ranks(truth: Mapping[str, float]) -> dict[str, int]:
    """Return every source's place by truth, best first; equals share the better place."""
    return {name: 1 + sum(v > own for v in truth.values()) for name, own in truth.items()}


def predicted_order(scores: Mapping[str, float]) -> list[str]:
    """Return the candidates by score, best first; equals in the order given."""
    return sorted(scores, key=lambda name: -scores[name])


def footrule_top_k(
    truth: Mapping[str, float], scores: Mapping[str, float], k: int, *, target: str = "footrule"
) -> Footrule:
    """Return the footrule of the k best candidates by score against the truth about all sources."""
    _check(truth, scores, k, target)
    ranks, order = true_ranks(truth), predicted_order(scores)
    chosen = order[:k]
    extremes = [
        sum(_extreme(group, first, k, ranks, is_highest=h) for first, group in _runs(order, scores))
        for h in (False, True)
    ]
    return Footrule(
        value=sum(abs(ranks[name] - place) for place, name in enumerate(chosen, 1)),
        lowest=extremes[0],
        highest=extremes[1],
        chosen=tuple(chosen),
        tied=_ties(order, scores, chosen),
        tied_truth=_ties(predicted_order(truth), truth, chosen),
    )


def _check(truth: Mapping[str, float], scores: Mapping[str, float], k: int, target: str) -> None:
    if not 1 <= k <= len(scores):
        raise SelectionError(target, f"top {k} of {len(scores)} candidates does not exist")
    unknown = sorted(scores.keys() - truth.keys())
    if unknown:
        raise SelectionError(target, f"candidates without a true value: {', '.join(unknown)}")
    for what, values in (("truth", truth), ("score", scores)):
        wrong = sorted(name for name, value in values.items() if not math.isfinite(value))
        if wrong:
            raise SelectionError(target, f"{what} is not a number for {', '.join(wrong)}")


def _runs(order: Sequence[str], values: Mapping[str, float]) -> Iterator[tuple[int, list[str]]]:
    """Return the runs of equal value with the place (from 1) of their first member."""
    first = 0
    while first < len(order):
        last = first
        while last < len(order) and values[order[last]] == values[order[first]]:
            last += 1
        yield first + 1, list(order[first:last])
        first = last


def _ties(
    order: Sequence[str], values: Mapping[str, float], chosen: Collection[str]
) -> tuple[tuple[str, ...], ...]:
    groups = (tuple(group) for _, group in _runs(order, values))
    return tuple(group for group in groups if len(group) > 1 and set(group) & set(chosen))


def _extreme(
    group: Sequence[str], first: int, k: int, ranks: Mapping[str, int], *, is_highest: bool
) -> int:
    """Return the least or largest sum of steps over the orders of one run, up to place k."""
    places = range(first, min(k, first + len(group) - 1) + 1)
    steps = np.array([[abs(ranks[name] - place) for name in group] for place in places])
    if not steps.size:
        return 0
    return int(steps[linear_sum_assignment(steps, maximize=is_highest)].sum())
