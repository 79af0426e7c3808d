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
from benchmarks.plan.verdict_rules import SHARED_PEOPLE


def compare_sources(context: StepContext[CompareSourcesStep]) -> ResultsOutputs:
    """Return one result row per scenario; Holm's correction is over the target's sources.

    No comparison has a verdict where the seeds share labelled people: they would repeat each other.
    """
    step = context.step
    rows: list[ResultRow] = []
    shared = False
    for number, planned in enumerate(step.cells):
        tunings = _tunings(context, planned)
        cell, validated = planned, 0
        if tunings:  # a real group may have fewer people than requested
            cell = replace(planned, n_target=tunings[0]["labelled"])
            validated = tunings[0]["validated"]
            shared = shared or any(tuning["shared"] for tuning in tunings)
        about = CellAbout(seeds=step.seeds, simulated=step.simulated, target_validation=validated)
        rows += MeasuredCell(context, cell, step.rule, about).rows()
        context.progress(number + 1, len(step.cells))
    withheld = step.withheld or (SHARED_PEOPLE if shared else None)
    decided = decide(rows, _declared(step, rows, withheld))
    return {"results": [row.as_json() for row in decided], "artifacts": []}


def _declared(
    step: CompareSourcesStep, rows: Sequence[ResultRow], withheld: str | None
) -> Declared:
    """Return the one family: the target's sources, those that failed included."""
    compared = {(r.scenario, r.strategy, r.n_target) for r in rows if r.baseline is not None}
    return Declared(
        metric=step.metric,
        rule=step.rule,
        level=step.level,
        families=dict.fromkeys(compared, 0),
        sizes={0: len(compared)},
        withheld=withheld,
    )


def _tunings(context: StepContext[CompareSourcesStep], cell: ComparedCell) -> list[TuneOutputs]:
    """Return the outputs of the cell's fits, in the order of seeds, without those that failed."""
    whole = [address for address in cell.evaluations if address not in context.failed]
    fits = (context.outputs(address, TestOutputs)["fit"] for address in whole)
    return [context.outputs(fit, TuneOutputs) for fit in fits]
