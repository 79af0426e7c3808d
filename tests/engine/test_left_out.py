"""Subjects without the region are left out of distances, counted, and nobody else is."""

from types import SimpleNamespace

import pytest

from benchmarks.engine.steps.comparison.compare import CellAbout, MeasuredCell
from benchmarks.engine.steps.comparison.conclude import Declared, decide
from benchmarks.engine.tasks.catalog import SEGMENTATION
from benchmarks.plan.steps.shared import ComparedCell

DECLARED = Declared(
    metric="dice", rule="last", level=0.05, families={("tumour", "dann", 0): 0}, sizes={0: 1}
)
OURS, THEIRS = "a" * 64, "b" * 64


def outputs_of(*scores):
    subjects = [dict(zip(("dice", "nsd", "hd95"), one, strict=True)) for one in scores]
    rules = {"last": {"subjects": subjects, "source": None}}
    return {"rules": rules, "strata": [0] * len(scores), "fit": "f"}


def rows(ours, theirs):
    outputs = {OURS: ours, THEIRS: theirs, "f": {"cost": {}}}
    context = SimpleNamespace(
        task=SEGMENTATION,
        failed={},
        plan_steps=dict.fromkeys(outputs),
        outputs=lambda address, kind: outputs[address],
    )
    cell = ComparedCell(
        scenario="tumour", strategy="dann", node="feature", n_target=0, evaluations=(OURS,),
        baseline="source_only", baseline_evaluations=(THEIRS,),
    )  # fmt: skip
    found = MeasuredCell(context, cell, "last", CellAbout(seeds=1, simulated=True)).rows()
    return {row.metric: row for row in found}


def test_distances_leave_out_who_has_no_region():
    found = rows(
        outputs_of((0.5, 0.4, 8.0), (1.0, None, None), (0.7, 0.6, 4.0)),
        outputs_of((0.4, 0.3, 9.0), (0.0, None, None), (0.6, 0.5, 5.0)),
    )
    assert (found["dice"].mean, found["dice"].detail["left_out"]) == (pytest.approx(2.2 / 3), 0)
    assert (found["hd95"].mean, found["hd95"].detail["left_out"]) == (pytest.approx(6.0), 1)
    assert found["hd95"].gain == pytest.approx(1.0)
    assert found["nsd"].detail["scores"] == [[0.4, None, 0.6]]


def test_a_metric_that_nobody_has_gets_no_number_and_no_verdict():
    nobody = outputs_of((1.0, None, None), (0.0, None, None))
    found = rows(nobody, nobody)
    assert (found["hd95"].mean, found["hd95"].detail["left_out"]) == (None, 2)
    decided = {row.metric: row for row in decide(list(found.values()), DECLARED)}
    assert decided["hd95"].verdict is None
    assert decided["dice"].mean == 0.5
