"""Comparison of all sources of one target with training from scratch, with verdicts."""

from dataclasses import replace

from benchmarks.engine.steps.comparison.compare import CellAbout, MeasuredCell
from benchmarks.engine.steps.comparison.conclude import decide
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
    decided = decide(rows, step.level)
    return {"results": [row.as_json() for row in decided], "artifacts": []}


def _labelled(context: StepContext[CompareSourcesStep], cell: ComparedCell) -> int:
    """Return the number of labelled people; a real group may have fewer than requested."""
    whole = next((a for a in cell.evaluations if a not in context.failed), None)
    if whole is None:
        return cell.n_target
    fit = context.outputs(whole, TestOutputs)["fit"]
    return context.outputs(fit, TuneOutputs)["labelled"]
