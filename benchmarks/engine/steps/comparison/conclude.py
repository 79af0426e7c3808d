"""Decides the verdicts of a scenario: one declared metric and rule, corrected for all compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.engine.reporting.crossed import CrossedMean
from benchmarks.engine.reporting.statistics import holm, verdict
from benchmarks.engine.steps.comparison.scale import with_gap_closed, with_prospects
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import ResultsOutputs
from benchmarks.plan.protocols.comparison.steps import ConcludeStep
from benchmarks.plan.result_row import FAILED, ResultDetail, ResultRow
from benchmarks.plan.verdict_rules import (
    CROSS_VALIDATED,
    SMOKE_RUN,
    secondary,
    too_few_seeds,
)

Member = tuple[str, str, int]
"""A compared cell: scenario, strategy, number of labelled people."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What was declared before a run: metric, rule, level, and the families of comparisons.

    ``families`` maps each member to its family's name, ``sizes`` each family to how many are
    compared, whether they were run or not. ``withheld`` is a reason that holds for all of them.
    """

    metric: str
    rule: str
    level: float
    families: Mapping[Member, int]
    sizes: Mapping[int, int]
    withheld: str | None = None

    def family(self, row: ResultRow) -> int | None:
        """Return the row's family; None for a secondary result."""
        if (row.metric, row.selection) != (self.metric, self.rule):
            return None
        return self.families.get((row.scenario, row.strategy, row.n_target))

    def reason(self, row: ResultRow) -> str | None:
        """Return why the row has no verdict; None where it may have one."""
        if self.family(row) is None:
            return secondary(self.metric, self.rule)
        return self.withheld or too_few_seeds(row.seeds) or row.withheld


def conclude(context: StepContext[ConcludeStep]) -> ResultsOutputs:
    """Return the scenario's result rows with verdicts, or with the reason why they have none.

    Holm's correction (1979) covers the strategies that the scenario admits at one number of
    labelled subjects, in the declared metric under the declared rule; those that were not run or
    failed count as p = 1. Baselines have no verdict; failed rows keep theirs.
    """
    step = context.step
    rows = [
        ResultRow.of(row)
        for address in step.parents.comparisons
        if address not in context.failed
        for row in context.outputs(address, ResultsOutputs)["results"]
    ]
    declared = Declared(
        metric=step.metric,
        rule=step.rule,
        level=step.level,
        families={
            (step.scenario, strategy, family.n_target): family.n_target
            for family in step.families
            for strategy in family.strategies
        },
        sizes={family.n_target: len(family.strategies) for family in step.families},
        withheld=SMOKE_RUN if step.is_test else _cross_validated(rows),
    )
    decided = with_prospects(with_gap_closed(decide(rows, declared)))
    return {"results": [row.as_json() for row in decided], "artifacts": []}


def _cross_validated(rows: Sequence[ResultRow]) -> str | None:
    return CROSS_VALIDATED if any("folds" in row.detail for row in rows) else None


def decide(rows: Sequence[ResultRow], declared: Declared) -> list[ResultRow]:
    """Return the rows with verdicts, or with the reasons why they have none."""
    is_open = [row.baseline is not None and row.verdict != FAILED for row in rows]
    decided = [
        replace(row, withheld=declared.reason(row)) if may else row
        for row, may in zip(rows, is_open, strict=True)
    ]
    for family, compared in declared.sizes.items():
        places = [
            place
            for place, row in enumerate(decided)
            if is_open[place]
            and not row.withheld
            and declared.family(row) == family
            and "p_value" in row.detail
        ]
        p_values = [rows[place].detail["p_value"] for place in places]
        for place, p_value in zip(places, holm(p_values, compared=compared), strict=True):
            decided[place] = _decided(decided[place], p_value, compared, declared.level)
    return decided


def _decided(row: ResultRow, p_value: float, compared: int, level: float) -> ResultRow:
    detail: ResultDetail = {**row.detail, "p_value_holm": p_value, "compared": compared}
    return replace(
        row,
        verdict=verdict(float(row.gain or 0.0), p_value, level),
        detectable=_detectable(row, level / compared),
        detail=detail,
    )


def _detectable(row: ResultRow, level: float) -> float:
    """Return the smallest gain that the first of Holm's tests would have found."""
    names = ("standard_error", "degrees_of_freedom")
    error, freedom = (np.asarray(row.detail[name]) for name in names)  # type: ignore[literal-required]
    return float(CrossedMean(np.asarray(row.gain), error, freedom).detectable(level))
