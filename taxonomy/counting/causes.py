"""Finds likely causes why a published count differs from the count of rows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from taxonomy.counting.rows import ReviewCounts, percent


@dataclass(frozen=True)
class Leaf:
    """A node of the published table: what is printed for it and what the rows hold."""

    path: str
    published: int
    counted: int

    @property
    def surplus(self) -> int:
        """Return how many approaches the rows hold beyond the published ones."""
        return self.counted - self.published


@dataclass(frozen=True)
class Suspect:
    """A study filed under one node that shares statements with a study filed under another."""

    study: str
    like: str
    shared: tuple[str, ...]


def count_cause(leaf: Leaf, leaves: Iterable[Leaf], counts: ReviewCounts) -> str:
    """Return why the approaches of one node are more or fewer than published."""
    siblings = [other for other in leaves if _parent(other.path) == _parent(leaf.path)]
    others = [other for other in siblings if other.surplus != 0 and other.path != leaf.path]
    difference = _amount(leaf.surplus)
    if not others or sum(other.surplus for other in siblings) != 0:
        return (
            f"the rows file {difference} here than the source printed; no sibling has the "
            "opposite difference"
        )
    names = ", ".join(f"{counts.name(other.path)} has {_amount(other.surplus)}" for other in others)
    text = (
        f"the rows file {difference} here, {names}, and the sum of the siblings agrees: "
        "the source's counts place a study at the other node than its text does"
    )
    suspects = [_suspicion(leaf, other, counts) for other in others]
    return "; ".join([text, *(suspect for suspect in suspects if suspect)])


def percent_cause(published: float, leaf: Leaf, counts: ReviewCounts, *, studies: int) -> str:
    """Return why the published percent is not that of the distinct studies."""
    if published != percent(leaf.published, counts.included):
        return (
            f"{published} is neither {leaf.published} nor {leaf.counted} approaches, "
            f"nor {studies} distinct studies, in percent of {counts.included}"
        )
    base = f"the source printed approaches ({leaf.published}) in percent of {counts.included}"
    if leaf.surplus:
        return f"{base}; the rows hold {leaf.counted} approaches of {studies} distinct studies"
    return f"{base}; they belong to {studies} distinct studies: {_repeated(leaf, counts)}"


def _repeated(leaf: Leaf, counts: ReviewCounts) -> str:
    times = Counter(row.study for row in counts.approaches if _is_below(row.node, leaf.path))
    return ", ".join(
        f"reference {study} counts {number} times" for study, number in times.items() if number > 1
    )


def _amount(surplus: int) -> str:
    noun = "approach" if abs(surplus) == 1 else "approaches"
    return f"{abs(surplus)} {noun} {'more' if surplus > 0 else 'fewer'}"


def _suspicion(leaf: Leaf, other: Leaf, counts: ReviewCounts) -> str:
    """Return which study was probably counted at the other node, where one stands out."""
    full, short = (leaf, other) if leaf.surplus > 0 else (other, leaf)
    suspect = _suspect(full.path, short.path, counts)
    if suspect is None:
        return ""
    techniques = [
        row.technique
        for row in counts.approaches
        if row.study == suspect.study and _is_below(row.node, full.path)
    ]
    return (
        f"likely reference {suspect.study}, filed under {counts.name(full.path)} "
        f"({', '.join(techniques)}) while the source makes the same statements about it as about "
        f"reference {suspect.like} under {counts.name(short.path)}: {', '.join(suspect.shared)}"
    )


def _suspect(full: str, short: str, counts: ReviewCounts) -> Suspect | None:
    """Return the study under ``full`` most like one under ``short``, None where none stands out.

    A shared statement counts only where the source makes it about no other study.
    """
    here, there = _studies(full, counts), _studies(short, counts)
    holders: dict[tuple[str, str], set[str]] = {}
    for row in counts.stated:
        holders.setdefault((row.vocabulary, row.value), set()).add(row.study)
    pairs: dict[tuple[str, str], list[str]] = {}
    for (_, value), studies in holders.items():
        mine, theirs = studies & (here - there), studies & (there - here)
        if len(studies) == 2 and len(mine) == len(theirs) == 1:
            pairs.setdefault((min(mine), min(theirs)), []).append(value)
    ranked = sorted(pairs.items(), key=lambda item: -len(item[1]))
    if not ranked or (len(ranked) > 1 and len(ranked[0][1]) == len(ranked[1][1])):
        return None
    (study, like), shared = ranked[0]
    return Suspect(study, like, tuple(shared))


def _studies(path: str, counts: ReviewCounts) -> set[str]:
    return {row.study for row in counts.approaches if _is_below(row.node, path)}


def _is_below(node: str, path: str) -> bool:
    return node == path or node.startswith(f"{path}/")


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
