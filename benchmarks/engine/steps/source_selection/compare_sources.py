"""All sources of one target against training from scratch: rows with verdicts."""

from collections.abc import Mapping
from typing import Any

from benchmarks.engine.steps.comparison.compare import Cell
from benchmarks.engine.steps.comparison.conclude import decide
from benchmarks.engine.steps.shared.context import StepContext


def compare_sources(context: StepContext) -> dict[str, Any]:
    """Return result rows, a scenario each; Holm's correction runs over the target's sources."""
    rows: list[dict[str, Any]] = []
    for number, planned in enumerate(context.fields["cells"]):
        cell = {**planned, "n_target": _labelled(context, planned)}
        for rule in context.fields["selection"]:
            rows += Cell(context, cell, rule).rows()
        context.progress(number + 1, len(context.fields["cells"]))
    decide(rows, context.fields["level"])
    return {"results": rows, "artifacts": []}


def _labelled(context: StepContext, cell: Mapping[str, Any]) -> int:
    """Return how many people were labelled: a real group may have fewer than were asked for."""
    whole = [address for address in cell["evaluations"] if address not in context.failed]
    if not whole:
        return int(cell["n_target"])
    fit = context.outputs(whole[0])["fit"]
    return int(context.outputs(fit)["labelled"])
