"""Decides the verdicts of a scenario: paired tests, corrected over its strategies."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.engine.reporting.statistics import Interval, holm, verdict
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import ResultsOutputs
from benchmarks.plan.protocols.comparison.steps import ConcludeStep
from benchmarks.plan.result_row import FAILED, ResultDetail, ResultRow


def conclude(context: StepContext[ConcludeStep]) -> ResultsOutputs:
    """Return the scenario's result rows with verdicts.

    Holm's correction (1979) covers the strategies of one family: same number of labelled subjects,
    metric and selection rule. Baselines have no verdict; failed rows keep theirs.
    """
    rows = [
        ResultRow.of(row)
        for address in context.step.parents.comparisons
        if address not in context.failed
        for row in context.outputs(address, ResultsOutputs)["results"]
    ]
    decided = decide(rows, context.step.level)
    return {"results": [row.as_json() for row in decided], "artifacts": []}


def decide(rows: Sequence[ResultRow], level: float) -> list[ResultRow]:
    """Return the rows with verdicts, each family's p-values corrected for its size."""
    families: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if row.baseline is not None and row.verdict != FAILED:
            families[row.n_target, row.metric, row.selection].append(place)
    decided = list(rows)
    for places in families.values():
        adjusted = holm([rows[place].detail["p_value"] for place in places])
        for place, p_value in zip(places, adjusted, strict=True):
            decided[place] = _decided(rows[place], p_value, level)
    return decided


def _decided(row: ResultRow, p_value: float, level: float) -> ResultRow:
    gain = Interval(*(float(value or 0.0) for value in (row.gain, row.gain_low, row.gain_high)))
    detail: ResultDetail = {**row.detail, "p_value_holm": p_value}
    return replace(row, verdict=verdict(gain, p_value, level), detail=detail)
