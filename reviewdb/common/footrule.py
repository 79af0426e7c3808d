"""Spearman's footrule between a predicted order and the true one, ties in plain sight.

The engine keeps its own beside the transferability scores, on arrays: this app imports no other
app, and what a document prints needs no more than this. Scores are finite numbers by name, higher
is better.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, permutations, product

Order = tuple[str, ...]
# A tie of six has 720 orders. Longer ones keep the listed order: who loads a table full of zeros
# must not be able to keep a web process busy.
LONGEST_TIE = 6


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


def top_footrule(truth: Order, predicted: Order, top: int) -> int:
    """Return the footrule of the ``top`` predicted names: predicted place against true place.

    ``predicted`` may hold fewer names than ``truth`` (candidates that a filter left).
    """
    picks = predicted[:top]
    return footrule(range(1, len(picks) + 1), true_places(truth, picks))


def chance_footrule(length: int, top: int) -> float:
    """Return what ``top_footrule`` is on average for a random order of ``length`` names."""
    places = range(1, length + 1)
    return sum(abs(pick - place) for pick in places[:top] for place in places) / length
