"""Files of a comparison besides its numbers: curves, records, pictures."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.engine.reporting.pictures import draw_instance_weights, draw_predictions
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.tasks.catalog import SEGMENTATION
from benchmarks.plan.protocols.comparison.steps import CompareStep, EvaluateStep
from benchmarks.plan.steps.shared import ComparedCell

WEIGHTS = "instance_weights"
Exhibit = dict[str, str]


def exhibits(context: StepContext[CompareStep], cells: Sequence[ComparedCell]) -> list[Exhibit]:
    """Write the files of a strategy whose ``cells`` were measured; return their list."""
    if not cells:
        return []
    kept = [*_curves(context, cells), *_records(context, cells)]
    return [*kept, *_pictures(context, cells[-1])] if context.task is SEGMENTATION else kept


def _fits(context: StepContext[CompareStep], cells: Sequence[ComparedCell]) -> list[dict[str, Any]]:
    return [
        {
            "n_target": cell.n_target,
            "seed": seed,
            **context.outputs(context.outputs(address)["fit"]),
        }
        for cell in cells
        for seed, address in enumerate(cell.evaluations)
    ]


def _curves(context: StepContext[CompareStep], cells: Sequence[ComparedCell]) -> list[Exhibit]:
    names = ("n_target", "seed", "curve", "validations", "chosen")
    curves = [{name: fit[name] for name in names} for fit in _fits(context, cells)]
    _write(context, "curves.json", curves)
    return [_exhibit("curves.json", "curves", "Loss and validation while training")]


def _records(context: StepContext[CompareStep], cells: Sequence[ComparedCell]) -> list[Exhibit]:
    names = ("n_target", "seed", "records")
    records = [{name: fit[name] for name in names} for fit in _fits(context, cells)]
    if not any(record["records"] for record in records):
        return []
    _write(context, "records.json", records)
    kept = [_exhibit("records.json", "data", "What the fits recorded about themselves")]
    weighted = [record["records"][WEIGHTS] for record in records if WEIGHTS in record["records"]]
    if weighted:
        _draw_weights(context, cells[0], weighted[0])
        kept.append(_exhibit("weights.png", "picture", "Weights of the source slices, first seed"))
    return kept


def _draw_weights(
    context: StepContext[CompareStep], cell: ComparedCell, record: Mapping[str, Any]
) -> None:
    evaluation = context.step_at(cell.evaluations[0], EvaluateStep)
    split = context.outputs(evaluation.parents.split)
    images, _ = context.of(evaluation).slices("source", split["source"]["train"])
    draw_instance_weights(
        images.squeeze(1).cpu().numpy(), record["weights"], context.folder / "weights.png"
    )


def _pictures(context: StepContext[CompareStep], cell: ComparedCell) -> list[Exhibit]:
    rule = context.step.rules[0]
    draw_predictions(context, cell, rule, context.folder / "predictions.png")
    labels = f"{cell.n_target} labelled target subjects" if cell.n_target else "no labels"
    title = f"Worst, median and best test subject, {labels}"
    return [_exhibit("predictions.png", "picture", title)]


def _exhibit(name: str, kind: str, title: str) -> Exhibit:
    return {"name": name, "kind": kind, "title": title}


def _write(context: StepContext[CompareStep], name: str, content: object) -> None:
    (context.folder / name).write_text(json.dumps(content), encoding="utf-8")
