"""What measurements say about strategies, each strategy counted once: rows in, one sentence out."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

HOW_STRATEGIES_COUNT = (
    "Each strategy counts once, by all its verdicts: in the task's main metric, with the final "
    "weights, over every benchmark, profile, scenario and number of labelled subjects. It gained "
    "or lost if at least one verdict says so; it showed no difference if a verdict says so and "
    "none says more; it failed if it did nothing else. A run for tests gives no verdict."
)
GAIN, LOSS, SAME, FAILED = "gain", "negative_transfer", "no_difference", "failed"
TEST_RUN = "a test run"


@dataclass(frozen=True)
class MeasuredRow:
    """One comparison of one strategy: its verdict, or the reason why it has none."""

    strategy: str
    simulated: bool
    verdict: str
    withheld: str = ""
    is_test: bool = False


class Measured(TypedDict):
    """How many strategies each outcome has, on simulated or on real images, and the sentence.

    The six counts add up to ``strategies``; ``why_no_verdict`` has the reasons of ``no_verdict``.
    """

    simulated: bool
    strategies: int
    gained: int
    lost: int
    both: int
    no_difference: int
    failed: int
    no_verdict: int
    why_no_verdict: list[str]
    sentence: str


def measured(rows: Iterable[MeasuredRow]) -> list[Measured]:
    """Return the counts on simulated images, then those on real ones; only of what was measured."""
    by_origin: dict[bool, dict[str, list[MeasuredRow]]] = {True: {}, False: {}}
    for row in rows:
        by_origin[row.simulated].setdefault(row.strategy, []).append(row)
    return [
        _counted([_beyond_tests(found) for found in strategies.values()], simulated=simulated)
        for simulated, strategies in by_origin.items()
        if strategies
    ]


def _beyond_tests(rows: list[MeasuredRow]) -> list[MeasuredRow]:
    """Return the rows of other runs than those for tests; all rows where there is no other run."""
    return [row for row in rows if not row.is_test] or rows


def _counted(strategies: list[list[MeasuredRow]], *, simulated: bool) -> Measured:
    by_outcome: dict[str, list[list[MeasuredRow]]] = defaultdict(list)
    for rows in strategies:
        by_outcome[_outcome(rows)].append(rows)
    counts = Counter({outcome: len(found) for outcome, found in by_outcome.items()})
    reasons = sorted({_reason(row) for rows in by_outcome["no_verdict"] for row in rows} - {""})
    return {
        "simulated": simulated,
        "strategies": len(strategies),
        "gained": counts["gained"],
        "lost": counts["lost"],
        "both": counts["both"],
        "no_difference": counts["no_difference"],
        "failed": counts["failed"],
        "no_verdict": counts["no_verdict"],
        "why_no_verdict": reasons,
        "sentence": _sentence(counts, reasons, simulated=simulated),
    }


def _outcome(rows: Iterable[MeasuredRow]) -> str:
    """Return a strategy's one outcome; what a run for tests found is no verdict."""
    verdicts = {row.verdict for row in rows if not row.is_test}
    if GAIN in verdicts:
        return "both" if LOSS in verdicts else "gained"
    if LOSS in verdicts:
        return "lost"
    if SAME in verdicts:
        return "no_difference"
    return "failed" if verdicts == {FAILED} else "no_verdict"


def _reason(row: MeasuredRow) -> str:
    """Return in few words why a row has no verdict; empty for one that has or had none to give."""
    if row.is_test:
        return TEST_RUN
    return "" if row.verdict else row.withheld.partition(":")[0]


def _sentence(counts: Counter[str], reasons: list[str], *, simulated: bool) -> str:
    """Return the counts as a sentence; outcomes that no strategy has are left out."""
    images = "simulated images" if simulated else "real images"
    found = [outcome for outcome in WORDS if counts[outcome]]
    total = counts.total()
    if len(found) == 1:
        who = {1: "The one strategy", 2: "Both strategies"}.get(total, f"All {total} strategies")
        return f"{who} measured on {images} {_words(found[0], total, reasons)}."
    parts = [f"{counts[name]} {_words(name, counts[name], reasons)}" for name in found]
    return f"Of {total} strategies measured on {images}, {', '.join(parts[:-1])} and {parts[-1]}."


WORDS = {
    "gained": "gained in at least one comparison",
    "lost": "lost in at least one comparison",
    "both": "gained in one comparison and lost in another",
    "no_difference": "showed no difference that could be told from chance",
    "failed": "failed",
    "no_verdict": "",
}


def _words(outcome: str, count: int, reasons: list[str]) -> str:
    if outcome != "no_verdict":
        return WORDS[outcome]
    why = f" ({'; '.join(reasons)})" if reasons else ""
    return f"{'has' if count == 1 else 'have'} no verdict{why}"
