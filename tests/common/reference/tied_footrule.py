"""The footrule with its extremes over all orders of tied scores, found by optimal assignment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from scipy.optimize import linear_sum_assignment

from reviewdb.common.footrule import Order, footrule_top_k, tied, true_ranks


@dataclass(frozen=True)
class TiedFootrule:
    """One cell: the footrule, its extremes, and the ties among the chosen."""

    value: int
    lowest: int
    highest: int
    tied: tuple[Order, ...]


def tied_footrule(truth: Mapping[str, float], scores: Mapping[str, float], k: int) -> TiedFootrule:
    groups = tied(scores)
    chosen = set(list(chain.from_iterable(groups))[:k])
    lowest, highest = (_extreme(groups, k, true_ranks(truth), is_highest=h) for h in (False, True))
    return TiedFootrule(
        value=footrule_top_k(truth, scores, k),
        lowest=lowest,
        highest=highest,
        tied=tuple(group for group in groups if len(group) > 1 and set(group) & chosen),
    )


def _extreme(groups: Sequence[Order], k: int, ranks: Mapping[str, int], *, is_highest: bool) -> int:
    """Return the least or largest footrule over the orders of tied scores, up to place ``k``."""
    total, place = 0, 1
    for group in groups:
        places = range(place, min(k, place + len(group) - 1) + 1)
        place += len(group)
        steps = np.array([[abs(ranks[name] - here) for name in group] for here in places])
        if steps.size:
            total += int(steps[linear_sum_assignment(steps, maximize=is_highest)].sum())
    return total
