"""All sources of one target against training from scratch: rows with verdicts."""

from typing import Any

from benchmarks.engine.work.compare import Cell
from benchmarks.engine.work.conclude import decide
from benchmarks.engine.work.context import StepContext


def compare_sources(context: StepContext) -> dict[str, Any]:
    """Return result rows, a scenario each; Holm's correction runs over the target's sources."""
    rows: list[dict[str, Any]] = []
    for number, cell in enumerate(context.fields["cells"]):
        for rule in context.fields["selection"]:
            rows += Cell(context, cell, rule).rows()
        context.progress(number + 1, len(context.fields["cells"]))
    decide(rows, context.fields["level"])
    return {"results": rows, "artifacts": []}
