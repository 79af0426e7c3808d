"""Distances: who has no region is left out and counted; intervals end at the volume's diagonal."""

from types import SimpleNamespace

import pytest

from benchmarks.engine.domains.simulated import volume_diagonal_mm
from benchmarks.engine.steps.comparison.compare import CellAbout, MeasuredCell
from benchmarks.engine.steps.comparison.conclude import Declared, decide
from benchmarks.engine.tasks.catalog import SEGMENTATION
from benchmarks.plan.metrics import METRICS, diagonal_mm
from benchmarks.plan.profiles import SMOKE
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
        domain_step=lambda side: SimpleNamespace(spec=SMOKE),  # with its size of images
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


def test_the_interval_of_a_distance_ends_at_the_diagonal_and_that_of_a_share_at_one():
    scores = outputs_of((0.1, 0.2, 5.0), (1.0, 1.0, 200.0))
    found = rows(scores, scores)
    assert (found["hd95"].low, found["hd95"].high) == (0.0, volume_diagonal_mm(SMOKE))
    assert (found["dice"].low, found["dice"].high) == (0.0, 1.0)
    assert (found["nsd"].low, found["nsd"].high) == (0.0, 1.0)


def test_where_nobody_is_predicted_anything_the_distance_is_the_diagonal_within_its_interval():
    diagonal = volume_diagonal_mm(SMOKE)
    scores = outputs_of(*3 * [(0.0, 0.0, diagonal * (1 + 1e-9))])  # a stored size is rounded
    found = rows(scores, scores)["hd95"]
    assert found.low <= found.mean <= found.high
    assert found.high == pytest.approx(diagonal)


def test_the_bounds_of_metrics_have_one_home():
    assert diagonal_mm((2, 3, 6), (1.0, 2.0, 1.0)) == pytest.approx(76**0.5)
    ends = {slug: metric.bounds(76.0) for slug, metric in METRICS.items()}
    assert {ends[slug] for slug in ("dice", "nsd", "auc", "balanced_accuracy")} == {(0.0, 1.0)}
    assert ends["hd95"] == (0.0, 76.0)
    assert ends["mae"] == (0.0, float("inf"))
