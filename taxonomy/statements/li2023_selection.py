"""Tables IV and V of Li et al.: the Dice of sixteen sources, and two scores to rank them by."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log
from statistics import mean

from reviewdb.common.footrule import chance_footrule, orders, top_footrule
from taxonomy.counting.rows import PublishedTables
from taxonomy.statements.li2023_transfer import most_similar, similarity_trials
from taxonomy.statements.statement import Statement, checked_statement, in_cases, number

SCORE_TABLE = "table4_5_transferability"
METRICS = {"H-score": "h_score", "OTCE": "otce"}
# What section III-E counts: targets, sources of each, those of the target's modality, and those
# of them with the more similar region.
TARGETS, SOURCES, SUBSET_1, SUBSET_2 = 2, 16, 8, 4
TOP = 4


@dataclass(frozen=True)
class Selection:
    """The sources of one target: their true Dice, their scores by metric, and the two subsets."""

    target: str
    dice: Mapping[str, float]
    scores: Mapping[str, Mapping[str, float]]
    subset_1: tuple[str, ...]
    subset_2: tuple[str, ...]

    def candidates(self, metric: str, *, filtered: bool) -> dict[str, float]:
        """Return the scores that Path 1 (filtered) or Path 2 ranks."""
        names = self.subset_2 if filtered else tuple(self.dice)
        return {name: self.scores[metric][name] for name in names}

    def first_pick(self, metric: str, *, filtered: bool) -> str:
        """Return the source with the best score, empty where no candidate is left."""
        return next(iter(next(orders(self.candidates(metric, filtered=filtered)))), "")


def selections(tables: PublishedTables) -> dict[str, Selection]:
    """Return each target of Tables IV and V with its sources, in the order printed."""
    targets = dict.fromkeys(str(row["target"]) for row in tables.get(SCORE_TABLE, ()))
    return {target: _selection(target, tables) for target in targets}


def _selection(target: str, tables: PublishedTables) -> Selection:
    rows = [row for row in tables[SCORE_TABLE] if str(row["target"]) == target]
    dice = {str(row["source"]): number(row["dice"]) for row in rows}
    subset_1 = tuple(name for name in dice if _parts(name)[1] == _parts(target)[1])
    near = _nearest_region(target, tables)
    return Selection(
        target=target,
        dice=dice,
        scores={
            metric: {str(row["source"]): number(row[column]) for row in rows}
            for metric, column in METRICS.items()
        },
        subset_1=subset_1,
        subset_2=tuple(name for name in subset_1 if _parts(name)[0] == near),
    )


def _parts(task: str) -> tuple[str, str]:
    """Return region and modality of a task written region-partition-modality."""
    words = task.split("-")
    return words[0], words[-1]


def _nearest_region(target: str, tables: PublishedTables) -> str | None:
    """Return the region most like the target's; Table II knows no partitions."""
    sources = similarity_trials(tables).get("-".join(_parts(target)))
    return _parts(most_similar(sources).task)[0] if sources else None


def selection_statements(tables: PublishedTables) -> Iterator[Statement]:
    """Return the claims about Tables IV and V."""
    found = selections(tables)
    if not found:
        return
    yield checked_statement("Tables IV and V: target tasks", TARGETS, len(found), ", ".join(found))
    yield from _sizes(found)
    yield from _score_ranges(found)
    yield from _indications(found)
    yield from _within_modality(found)
    yield from _filters(found)
    yield from _first_picks(found)


def _sizes(found: Mapping[str, Selection]) -> Iterator[Statement]:
    for target, one in found.items():
        yield checked_statement(
            f"Source tasks for {target}", SOURCES, len(one.dice), _made_of(one.dice)
        )
        yield checked_statement(
            f"Subset 1 for {target}: sources of its modality",
            SUBSET_1,
            len(one.subset_1),
            "from the names of the tasks",
        )
        yield checked_statement(
            f"Subset 2 for {target}: those of them with the more similar region",
            SUBSET_2,
            len(one.subset_2),
            f"{', '.join(one.subset_2) or 'none'}, by Table II, which knows no partitions; so "
            f"{len(one.subset_2)} scores are computed instead of {len(one.dice)}, but the time "
            "that this saves is not printed",
        )


def _made_of(names: Iterable[str]) -> str:
    """Return how many different words the names have at each position."""
    places = zip(*(name.split("-") for name in names), strict=False)
    counts = [len(set(words)) for words in places]
    what = zip(("regions", "partitions", "modalities"), counts, strict=False)
    return " times ".join(f"{count} {word}" for word, count in what)


def _score_ranges(found: Mapping[str, Selection]) -> Iterator[Statement]:
    ranges: dict[str, tuple[float, float, str]] = {
        "H-score": (
            0.0,
            1.0,
            "with two labels the covariance of the class means has rank one and is a part of the "
            "whole covariance, so equation 2 gives at most 1 at each pixel, and equation 3 is a "
            "mean of pixels; a plain inverse of a covariance that is close to singular leaves "
            "the range, as do two covariances that are not estimated alike",
        ),
        "OTCE": (-log(2), 0.0, "minus the entropy of a binary label given the other, in nats"),
    }
    for metric, (low, high, why) in ranges.items():
        counts = {
            target: sum(low <= score <= high for score in one.scores[metric].values())
            for target, one in found.items()
        }
        values = [score for one in found.values() for score in one.scores[metric].values()]
        shown = ", ".join(f"{target}: {count} inside" for target, count in counts.items())
        yield checked_statement(
            f"Tables IV and V: {metric}s between {low:.3g} and {high:.3g}, as its definition "
            "allows for binary labels",
            len(values),
            sum(counts.values()),
            f"{why}; {shown}; printed from {min(values)} to {max(values)}, "
            f"{_outside(values, low, high)}",
        )


def _outside(values: Sequence[float], low: float, high: float) -> str:
    below, above = sum(value < low for value in values), sum(value > high for value in values)
    return f"{below} below and {above} above the range"


def _indications(found: Mapping[str, Selection]) -> Iterator[Statement]:
    """Check that higher scores mean better transfer: most pairs of sources are in Dice's order."""
    pairs = {
        f"{metric} on {target}": _pairs(one, metric, tuple(one.dice))
        for target, one in found.items()
        for metric in METRICS
    }
    yield from in_cases(
        "Tables IV and V: a higher score means better transfer, over all sources of a target",
        {case: agree > against for case, (agree, against) in pairs.items()},
        f"pairs of sources in the order of Dice against the other order: {_shown(pairs)}",
    )


def _within_modality(found: Mapping[str, Selection]) -> Iterator[Statement]:
    pairs = {target: _pairs(one, "H-score", one.subset_1) for target, one in found.items()}
    yield from in_cases(
        "Tables IV and V: H-score is effective where inputs are alike and regions differ, Subset 1",
        {case: agree > against for case, (agree, against) in pairs.items()},
        f"pairs of sources of the target's modality: {_shown(pairs)}",
    )


def _shown(pairs: Mapping[str, tuple[int, int]]) -> str:
    return ", ".join(f"{case} {agree} to {against}" for case, (agree, against) in pairs.items())


def _pairs(one: Selection, metric: str, names: Sequence[str]) -> tuple[int, int]:
    scores = one.scores[metric]
    signs = [
        (scores[a] - scores[b]) * (one.dice[a] - one.dice[b]) for a, b in combinations(names, 2)
    ]
    return sum(sign > 0 for sign in signs), sum(sign < 0 for sign in signs)


def _filters(found: Mapping[str, Selection]) -> Iterator[Statement]:
    """Return whether each filter keeps the better sources, and both together the best."""
    yield from _kept(
        "Tables IV and V: modality analysis keeps the sources with the higher mean Dice",
        {target: _means(one.dice, tuple(one.dice), one.subset_1) for target, one in found.items()},
    )
    yield from _kept(
        "Tables IV and V: RoI analysis keeps the sources with the higher mean Dice",
        {target: _means(one.dice, one.subset_1, one.subset_2) for target, one in found.items()},
    )
    best = {target: next(orders(one.dice))[0] for target, one in found.items()}
    yield from in_cases(
        "Tables IV and V: the best source of all survives both filters",
        {target: best[target] in one.subset_2 for target, one in found.items()},
        ", ".join(f"{target}: {best[target]}" for target in found),
    )


def _kept(text: str, means: Mapping[str, tuple[float, float] | None]) -> Iterator[Statement]:
    known = {target: pair for target, pair in means.items() if pair is not None}
    shown = [
        f"{target}: {kept:.3f} kept, {left:.3f} left out" for target, (kept, left) in known.items()
    ]
    holds = {target: kept > left for target, (kept, left) in known.items()}
    yield from in_cases(text, holds, ", ".join(shown))


def _means(
    dice: Mapping[str, float], before: Sequence[str], after: Sequence[str]
) -> tuple[float, float] | None:
    """Return the mean Dice of sources kept and left out by a filter; None if either is empty."""
    left = [dice[name] for name in before if name not in after]
    return (mean(dice[name] for name in after), mean(left)) if after and left else None


def _first_picks(found: Mapping[str, Selection]) -> Iterator[Statement]:
    cases = [
        (f"{metric} on {target}", metric, one)
        for target, one in found.items()
        for metric in METRICS
    ]
    plain = {case: one.first_pick(metric, filtered=False) for case, metric, one in cases}
    known = {case: one.first_pick(metric, filtered=True) for case, metric, one in cases}
    yield from in_cases(
        "Tables IV and V: without prior knowledge the metrics do not suffice, the first pick is "
        "not the best source",
        {case: one.dice[plain[case]] < max(one.dice.values()) for case, _, one in cases},
        "; ".join(f"{case} {plain[case]}, {_top(one, metric)}" for case, metric, one in cases),
    )
    filtered = [(case, one) for case, _, one in cases if one.subset_2]
    yield from in_cases(
        "Tables IV and V: with prior knowledge the first pick transfers better than without",
        {case: one.dice[known[case]] > one.dice[plain[case]] for case, one in filtered},
        "Dice of the first pick: "
        + "; ".join(
            f"{case} {plain[case]} {one.dice[plain[case]]} to {known[case]} {one.dice[known[case]]}"
            for case, one in filtered
        ),
    )


def _top(one: Selection, metric: str) -> str:
    """Return the footrule of the first picks among all sources, and that of a random order."""
    value = top_footrule(next(orders(one.dice)), next(orders(one.scores[metric])), TOP)
    return f"footrule of top {TOP} {value}, by chance {chance_footrule(len(one.dice), TOP):g}"
