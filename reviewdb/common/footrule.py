"""Spearman's footrule: the distance of a predicted order from the true one; ties are explicit.

    footrule_k = sum_{n=1..k} |place(name predicted n-th) - n|

after eq. (8) of Li et al. 2023, whose Table VI it gives: place is the name's place among ALL names,
best first, also where a filter left fewer to predict. Unit: places. Scores are finite numbers by
name, higher is better. (Diaconis and Graham, J. R. Stat. Soc. B 39, 1977.)

Where scores are equal the prediction says nothing about their order, and the footrule can depend on
it: ``orders`` gives every order that scores allow; ``footrule_top_k`` takes the order listed.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, permutations, product

Order = tuple[str, ...]
# A tie of six has 720 orders. Longer ties keep the listed order, so that a loaded table full of
# zeros cannot keep a web process busy.
LONGEST_TIE = 6


class FootruleError(ValueError):
    """Numbers that have no footrule; the message names the target and the reason."""

    def __init__(self, target: str, reason: str) -> None:
        self.target, self.reason = target, reason
        super().__init__(f"{target}: {reason}")


def footrule(first: Sequence[int], second: Sequence[int]) -> int:
    """Return the sum of absolute differences between two rankings of the same elements."""
    return sum(abs(a - b) for a, b in zip(first, second, strict=True))


def tied(scores: Mapping[str, float]) -> list[Order]:
    """Return the names that share a score, best score first, names as listed."""
    groups: dict[float, list[str]] = {}
    for name, score in scores.items():
        groups.setdefault(score, []).append(name)
    return [tuple(groups[score]) for score in sorted(groups, reverse=True)]


def orders(scores: Mapping[str, float]) -> Iterator[Order]:
    """Return every order from best to worst that the scores allow, ties as listed first."""
    for arrangement in product(*map(_arrangements, tied(scores))):
        yield tuple(chain.from_iterable(arrangement))


def _arrangements(group: Order) -> Iterator[Order]:
    return permutations(group) if len(group) <= LONGEST_TIE else iter((group,))


def true_places(truth: Order, picks: Sequence[str]) -> list[int]:
    """Return where each pick stands in the true order, the best being 1."""
    return [truth.index(name) + 1 for name in picks]


def true_ranks(truth: Mapping[str, float]) -> dict[str, int]:
    """Return every name's place by its true value; equals share the better one (1, 2, 3, 3, 5)."""
    return {name: 1 + sum(v > own for v in truth.values()) for name, own in truth.items()}


def top_footrule(truth: Order, predicted: Order, top: int) -> int:
    """Return the footrule of the ``top`` predicted names: predicted place against true place.

    ``predicted`` may hold fewer names than ``truth`` (candidates that a filter left).
    """
    return _of_places(true_places(truth, predicted[:top]))


def footrule_top_k(
    truth: Mapping[str, float], scores: Mapping[str, float], k: int, *, target: str = "footrule"
) -> int:
    """Return the footrule of the ``k`` best by score against the true values of all names.

    Tied scores stand in the order given. Raises FootruleError for what has no footrule.
    """
    _check(truth, scores, k, target)
    ranks = true_ranks(truth)
    chosen = tuple(chain.from_iterable(tied(scores)))[:k]
    return _of_places([ranks[name] for name in chosen])


def chance_footrule(length: int, top: int) -> float:
    """Return what ``top_footrule`` is on average for a random order of ``length`` names."""
    places = range(1, length + 1)
    return sum(abs(pick - place) for pick in places[:top] for place in places) / length


def _of_places(places: Sequence[int]) -> int:
    return footrule(range(1, len(places) + 1), places)


def _check(truth: Mapping[str, float], scores: Mapping[str, float], k: int, target: str) -> None:
    if not 1 <= k <= len(scores):
        raise FootruleError(target, f"top {k} of {len(scores)} candidates does not exist")
    unknown = sorted(scores.keys() - truth.keys())
    if unknown:
        raise FootruleError(target, f"candidates without a true value: {', '.join(unknown)}")
    for what, values in (("truth", truth), ("score", scores)):
        wrong = sorted(name for name, value in values.items() if not math.isfinite(value))
        if wrong:
            raise FootruleError(target, f"{what} is not a number for {', '.join(wrong)}")
