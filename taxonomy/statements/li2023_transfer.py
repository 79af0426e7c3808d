"""Tables I to III of Li et al.: does the modality matter more than the task, does shape help?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from math import comb
from statistics import mean

from taxonomy.counting.rows import PublishedRow, PublishedTables
from taxonomy.statements.statement import Statement, checked_statement, in_cases, number

MODALITY_TABLE = "table1_modality_vs_task"
SIMILARITY_TABLES = {
    "Table II": "table2_roi_similarity_same_dataset",
    "Table III": "table3_roi_similarity_cross_dataset",
}
# What the text counts: section III-C five trials of six, III-D sixteen of eighteen.
CROSS_TASK_WINS = 5
SIMILAR_WINS = 16
NOT_TESTED = "the paper prints no spread, no repetition and no test, so significance is unknown"


@dataclass(frozen=True)
class Source:
    """One source of a trial: its task, its Dice after transfer, its region's similarity."""

    task: str
    dice: float
    similarity: float


Trials = Mapping[str, Sequence[Source]]


def similarity_trials(
    tables: PublishedTables, names: Sequence[str] = ()
) -> dict[str, list[Source]]:
    """Return the sources of each target in Tables II and III, or in those named."""
    trials: dict[str, list[Source]] = {}
    for name in names or tuple(SIMILARITY_TABLES):
        for row in tables.get(SIMILARITY_TABLES[name], ()):
            source = Source(str(row["source"]), number(row["dice"]), number(row["roi_similarity"]))
            trials.setdefault(str(row["target"]), []).append(source)
    return trials


def modality_statements(tables: PublishedTables) -> Iterator[Statement]:
    """Return the claims about Table I."""
    margins = _margins(tables.get(MODALITY_TABLE, ()))
    wins = {target: margin > 0 for target, margin in margins.items()}
    shown = ", ".join(f"{target} {margin:+.3f}" for target, margin in margins.items())
    yield from in_cases(
        "Table I: trials in which another task of the same modality beats the same task of "
        "another modality",
        wins,
        f"average Dice, cross-task less cross-modality: {shown}",
        claimed=CROSS_TASK_WINS,
    )
    yield from in_cases(
        "Table I: the trials that go the other way are the closest ones",
        {
            target: abs(margin) <= min(abs(other) for other in margins.values())
            for target, margin in margins.items()
            if margin <= 0
        },
        "compared by the size of the difference; the text calls it the only exception",
        claimed=1,
    )
    yield from in_cases(
        "Table I, as the conclusion words it: cross-task transfer wins, no exception named",
        wins,
        "section III-C counts the exception, the conclusion leaves it out",
    )
    text = "Table I: trials won by a significant margin"
    yield from _untested(text, CROSS_TASK_WINS, margins)
    yield from _averages(tables)


def _margins(rows: Sequence[PublishedRow]) -> dict[str, float]:
    by_kind: dict[str, dict[str, float]] = {}
    for row in rows:
        kinds = by_kind.setdefault(str(row["target"]), {})
        kinds[str(row["transfer"])] = number(row["average_dice"])
    return {
        target: round(kinds["cross-task"] - kinds["cross-modality"], 6)
        for target, kinds in by_kind.items()
        if {"cross-task", "cross-modality"} <= set(kinds)
    }


def _untested(text: str, claimed: int, margins: Mapping[str, float]) -> Iterator[Statement]:
    if not margins:
        return
    decided = [margin for margin in margins.values() if margin]
    won = sum(margin > 0 for margin in decided)
    yield checked_statement(
        text,
        claimed,
        None,
        f"{NOT_TESTED}; the mean difference is {mean(margins.values()):.3f} Dice; a one-sided sign "
        f"test, as if trials were independent, gives p = {sign_test(won, len(decided)):.2g} for "
        f"{won} of {len(decided)} that differ",
    )


def sign_test(won: int, trials: int) -> float:
    """Return the one-sided sign test's p: ``won`` or more of ``trials`` at chance."""
    return sum(comb(trials, count) for count in range(won, trials + 1)) / 2.0**trials


def _averages(tables: PublishedTables) -> Iterator[Statement]:
    """Return the averages of Table I whose every part is printed in Table II."""
    trials = similarity_trials(tables, ["Table II"])
    for row in tables.get(MODALITY_TABLE, ()):
        parts = {source.task: source.dice for source in trials.get(str(row["target"]), ())}
        tasks = str(row["sources"]).split(";")
        if not set(tasks) <= set(parts):
            continue
        shown = " and ".join(f"{task} {parts[task]}" for task in tasks)
        yield checked_statement(
            f"Table I: average Dice of {row['transfer']} transfer to {row['target']}",
            number(row["average_dice"]),
            _average([parts[task] for task in tasks]),
            f"mean of Table II's {shown}, a half rounded up",
        )


def _average(values: Sequence[float]) -> float:
    # Decimals, since a mean of two cells often ends in a 5 that a float cannot hold.
    total = sum((Decimal(str(value)) for value in values), Decimal(0))
    return float((total / len(values)).quantize(Decimal("0.001"), ROUND_HALF_UP))


def similarity_statements(tables: PublishedTables) -> Iterator[Statement]:
    """Return the claims about Tables II and III."""
    trials = similarity_trials(tables)
    wins = {target: _most_similar_wins(sources) for target, sources in trials.items()}
    yield from in_cases(
        "Tables II and III: trials in which the source of the most similar region gives the best "
        "Dice",
        wins,
        "by the most similar source alone; an equal best Dice counts",
        claimed=SIMILAR_WINS,
    )
    yield from _both_settings(tables)
    yield from _whole_order(trials)
    margins = {target: _similar_margin(sources) for target, sources in trials.items()}
    text = "Tables II and III, as the abstract words it: trials with a significant gain"
    yield from _untested(text, SIMILAR_WINS, margins)
    yield from _one_similarity_a_pair(trials)
    yield from _similarity_range(trials)
    yield from _region_choice(trials)


def most_similar(sources: Sequence[Source]) -> Source:
    """Return the source whose region is most like the target's."""
    return max(sources, key=lambda source: source.similarity)


def _most_similar_wins(sources: Sequence[Source]) -> bool:
    return most_similar(sources).dice == max(source.dice for source in sources)


def _similar_margin(sources: Sequence[Source]) -> float:
    best = most_similar(sources)
    others = [source.dice for source in sources if source is not best]
    return best.dice - max(others) if others else 0.0


def _both_settings(tables: PublishedTables) -> Iterator[Statement]:
    counts = {}
    for name in SIMILARITY_TABLES:
        wins = [_most_similar_wins(trial) for trial in similarity_trials(tables, [name]).values()]
        if wins:
            counts[name] = (sum(wins), len(wins))
    yield from in_cases(
        "Tables II and III: settings (same data set, other data set) in which that is so in most "
        "trials",
        {name: 2 * won > trials for name, (won, trials) in counts.items()},
        ", ".join(f"{name}: {won} of {trials}" for name, (won, trials) in counts.items()),
    )


def _whole_order(trials: Trials) -> Iterator[Statement]:
    longer = {target: sources for target, sources in trials.items() if len(sources) > 2}
    agree, equal, against = _pairs([pair for trial in trials.values() for pair in _both(trial)])
    yield from in_cases(
        "Table III: targets whose sources similarity ranks as Dice does, from first to last",
        {target: _pairs(_both(sources))[2] == 0 for target, sources in longer.items()},
        "an equal Dice contradicts no order; of all pairs of sources in Tables II and III "
        f"similarity orders {agree} as Dice does, {against} the other way, {equal} not at all",
    )


def _both(sources: Sequence[Source]) -> list[tuple[Source, Source]]:
    return list(combinations(sources, 2))


def _pairs(pairs: Sequence[tuple[Source, Source]]) -> tuple[int, int, int]:
    """Return how many pairs agree, are equal in one of the two, and disagree."""
    signs = [(a.dice - b.dice) * (a.similarity - b.similarity) for a, b in pairs]
    agree, against = sum(sign > 0 for sign in signs), sum(sign < 0 for sign in signs)
    return agree, len(signs) - agree - against, against


def _one_similarity_a_pair(trials: Trials) -> Iterator[Statement]:
    """Check that similarity depends on neither modality nor direction, as SSIM of labels."""
    seen: dict[str, list[float]] = {}
    for target, sources in trials.items():
        for source in sources:
            pair = " and ".join(sorted((region(target), region(source.task))))
            seen.setdefault(pair, []).append(source.similarity)
    repeated = {pair: values for pair, values in seen.items() if len(values) > 1}
    yield from in_cases(
        "Tables II and III: pairs of regions with one similarity, whatever modality and direction",
        {pair: len(set(values)) == 1 for pair, values in repeated.items()},
        "follows from equations 1 and 7, which read labels only and are symmetric",
        claimed=len(repeated),
    )


def region(task: str) -> str:
    """Return a task's name without its modality, such as ``ED`` or ``WMH-U``."""
    return task.rpartition("-")[0]


def _similarity_range(trials: Trials) -> Iterator[Statement]:
    values = [source.similarity for sources in trials.values() for source in sources]
    if values:
        yield checked_statement(
            "Tables II and III: similarities between 0 and 1, the supplement's range of SSIM",
            len(values),
            sum(0 <= value <= 1 for value in values),
            f"the printed ones span {min(values)} to {max(values)}; by equation 7 SSIM reaches "
            "down to -1 where two images are anticorrelated",
        )


def _region_choice(trials: Trials) -> Iterator[Statement]:
    """Return the two comparisons by which section III-E picks ED over NCR for targets of ET."""
    found = {
        frozenset((target, source.task)): source.similarity
        for target, sources in trials.items()
        for source in sources
    }
    texts = {
        "ED": "Table II: modalities in which ED is more similar to ET than to NCR, as section "
        "III-E words it",
        "ET": "Table II: modalities in which ET is more similar to ED than to NCR, which the "
        "choice of sources for ET needs",
    }
    for pivot, text in texts.items():
        holds, shown = {}, []
        for modality in ("T1", "T2", "FLAIR"):
            near = found.get(frozenset((f"ED-{modality}", f"ET-{modality}")))
            far = found.get(frozenset((f"{pivot}-{modality}", f"NCR-{modality}")))
            if near is not None and far is not None:
                holds[modality] = near > far
                shown.append(f"{modality} {near} against {far}")
        yield from in_cases(text, holds, "; ".join(shown))
