"""Files of a comparison besides its numbers: curves, records, pictures."""

import json
from collections.abc import Sequence
from typing import TypedDict

from benchmarks.engine.reporting.pictures import draw_instance_weights, draw_predictions
from benchmarks.engine.steps.comparison.outputs import SplitOutputs
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import FitOutputs, StepFile, TestOutputs
from benchmarks.engine.tasks.catalog import SEGMENTATION
from benchmarks.plan.protocols.comparison.steps import CompareStep, EvaluateStep
from benchmarks.plan.steps.shared import ComparedCell
from reviewdb.common.json_object import JsonObject

WEIGHTS = "instance_weights"


class SeedFit(FitOutputs):
    """What a fit stored, with its number of labelled subjects and its seed."""

    n_target: int
    seed: int


class SeedRecords(TypedDict):
    """What the strategy recorded in a fit."""

    n_target: int
    seed: int
    records: JsonObject


def exhibits(context: StepContext[CompareStep], cells: Sequence[ComparedCell]) -> list[StepFile]:
    """Write the files of a strategy whose ``cells`` were measured; return their list."""
    if not cells:
        return []
    kept = [*_curves(context, cells), *_records(context, cells)]
    return [*kept, *_pictures(context, cells[-1])] if context.task is SEGMENTATION else kept


def _fits(context: StepContext[CompareStep], cells: Sequence[ComparedCell]) -> list[SeedFit]:
    return [
        {
            "n_target": cell.n_target,
            "seed": seed,
            **context.outputs(context.outputs(address, TestOutputs)["fit"], FitOutputs),
        }
        for cell in cells
        for seed, address in enumerate(cell.evaluations)
    ]


def _curves(context: StepContext[CompareStep], cells: Sequence[ComparedCell]) -> list[StepFile]:
    curves = [
        {
            "n_target": fit["n_target"],
            "seed": fit["seed"],
            "curve": fit["curve"],
            "validations": fit["validations"],
            "chosen": fit["chosen"],
        }
        for fit in _fits(context, cells)
    ]
    _write(context, "curves.json", curves)
    return [_exhibit("curves.json", "curves", "Loss and validation while training")]


def _records(context: StepContext[CompareStep], cells: Sequence[ComparedCell]) -> list[StepFile]:
    records: list[SeedRecords] = [
        {"n_target": fit["n_target"], "seed": fit["seed"], "records": fit["records"]}
        for fit in _fits(context, cells)
    ]
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
    context: StepContext[CompareStep], cell: ComparedCell, record: JsonObject
) -> None:
    evaluation = context.step_at(cell.evaluations[0], EvaluateStep)
    split = context.outputs(evaluation.parents.split, SplitOutputs)
    images, _ = context.of(evaluation).slices("source", split["source"]["train"])
    draw_instance_weights(
        images.squeeze(1).cpu().numpy(), record["weights"], context.folder / "weights.png"
    )


def _pictures(context: StepContext[CompareStep], cell: ComparedCell) -> list[StepFile]:
    rule = context.step.rules[0]
    draw_predictions(context, cell, rule, context.folder / "predictions.png")
    labels = f"{cell.n_target} labelled target subjects" if cell.n_target else "no labels"
    title = f"Worst, median and best test subject, {labels}"
    return [_exhibit("predictions.png", "picture", title)]


def _exhibit(name: str, kind: str, title: str) -> StepFile:
    return {"name": name, "kind": kind, "title": title}


def _write(context: StepContext[CompareStep], name: str, content: object) -> None:
    (context.folder / name).write_text(json.dumps(content), encoding="utf-8")
