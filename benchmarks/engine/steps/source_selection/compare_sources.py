"""Comparison of all sources of one target with training from scratch, with verdicts."""

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.engine.steps.comparison.compare import CellAbout, MeasuredCell
from benchmarks.engine.steps.comparison.conclude import Declared, decide
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import ResultsOutputs, TestOutputs
from benchmarks.engine.steps.source_selection.outputs import TuneOutputs
from benchmarks.plan.protocols.source_selection.steps import CompareSourcesStep
from benchmarks.plan.result_row import ResultRow
from benchmarks.plan.steps.shared import ComparedCell


def compare_sources(context: StepContext[CompareSourcesStep]) -> ResultsOutputs:
    """Return one result row per scenario; Holm's correction is over the target's sources."""
    step = context.step
    about = CellAbout(seeds=step.seeds, simulated=step.simulated)
    rows: list[ResultRow] = []
    for number, planned in enumerate(step.cells):
        cell = replace(planned, n_target=_labelled(context, planned))
        rows += MeasuredCell(context, cell, step.rule, about).rows()
        context.progress(number + 1, len(step.cells))
    decided = decide(rows, _declared(step, rows))
    return {"results": [row.as_json() for row in decided], "artifacts": []}


def _declared(step: CompareSourcesStep, rows: Sequence[ResultRow]) -> Declared:
    """Return the one family: the target's sources, those that failed included."""
    compared = {(r.scenario, r.strategy, r.n_target) for r in rows if r.baseline is not None}
    return Declared(
        metric=step.metric,
        rule=step.rule,
        level=step.level,
        families=dict.fromkeys(compared, 0),
        sizes={0: len(compared)},
        withheld=step.withheld,
    )


def _labelled(context: StepContext[CompareSourcesStep], cell: ComparedCell) -> int:
    """Return the number of labelled people; a real group may have fewer than requested."""
    whole = next((a for a in cell.evaluations if a not in context.failed), None)
    if whole is None:
        return cell.n_target
    fit = context.outputs(whole, TestOutputs)["fit"]
    return context.outputs(fit, TuneOutputs)["labelled"]
