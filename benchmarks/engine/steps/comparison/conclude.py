"""Verdicts of a scenario: paired tests, corrected over its strategies."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from benchmarks.engine.reporting.statistics import Interval, holm, verdict
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.plan.protocols.comparison.steps import ConcludeStep

Row = dict[str, Any]


def conclude(context: StepContext[ConcludeStep]) -> dict[str, Any]:
    """Return the scenario's result rows with verdicts.

    Holm's correction (1979) runs over the strategies of one family: same number of labelled
    subjects, metric and selection rule. Baselines have no verdict; failed rows keep theirs.
    """
    rows = [
        row
        for address in context.step.parents.comparisons
        if address not in context.failed
        for row in context.outputs(address)["results"]
    ]
    decide(rows, context.step.level)
    return {"results": rows, "artifacts": []}


def decide(rows: Sequence[Row], level: float) -> None:
    """Write verdicts into the rows, each family's p-values corrected for its size."""
    families: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if row["baseline"] is not None and row["verdict"] != "failed":
            families[row["n_target"], row["metric"], row["selection"]].append(row)
    for family in families.values():
        _decide(family, level)


def _decide(family: list[Row], level: float) -> None:
    adjusted = holm([row["detail"]["p_value"] for row in family])
    for row, p_value in zip(family, adjusted, strict=True):
        row["detail"]["p_value_holm"] = p_value
        gain = Interval(row["gain"], row["gain_low"], row["gain_high"])
        row["verdict"] = verdict(gain, p_value, level)
