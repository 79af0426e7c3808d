"""Controls: nothing is found where there is nothing, and harm where there is harm."""

import numpy as np
import pytest

from benchmarks.engine.domains import load_domain
from benchmarks.engine.reporting.crossed import crossed_mean
from benchmarks.engine.reporting.statistics import holm
from benchmarks.engine.running.store import Store
from benchmarks.engine.steps.shared.context import derangement
from benchmarks.plan.build import build_plan, request_spec
from tests.engine.conftest import run_smoke

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("controls")]


@pytest.mark.parametrize("count", [2, 5, 23])
def test_nobody_keeps_their_labels(count):
    owners = derangement(count)
    assert sorted(owners) == list(range(count))
    assert np.all(owners != np.arange(count))


def control(benchmark, folder, *strategies):
    spec = request_spec(benchmark=benchmark, profile="smoke", seeds=1, strategies=strategies)
    said = run_smoke(build_plan(spec), folder)
    assert not said.of("step_failed")
    return [row for row in said.results if row["metric"] == "dice" and row["baseline"]]


def test_with_target_labels_of_other_people_no_strategy_finds_them(with_worlds, tmp_path):
    """A leak of test labels would fit the labels a subject was handed better than anyone else's.

    The baseline's Dice is no chance level here: one that learnt nothing marks nothing.
    """
    spec = request_spec(benchmark="control-no-signal", profile="smoke", seeds=1, strategies=["all"])
    plan = build_plan(spec)
    said = run_smoke(plan, with_worlds(tmp_path))
    assert not said.of("step_failed")
    steps = {step.address: step for step in plan.steps}
    fits = [s for s in plan.steps if s.kind == "evaluate"]
    handed, true = {}, {}
    for step in fits:
        strategy = steps[step.parents.fit].strategy
        target = steps[step.parents.target].spec
        labels = load_domain(target, tmp_path / "worlds").labels
        outputs = Store(tmp_path).outputs(step.address)
        with np.load(Store(tmp_path).folder(step.address) / "predictions.npz") as kept:
            packed = kept["source_validation"]
        masks = np.unpackbits(packed, axis=-1, count=labels.shape[-1])
        test = outputs["test_subjects"]
        handed[strategy] = p_of_fit(masks, labels[derangement(len(labels))[test]])
        true[strategy] = p_of_fit(masks, labels[test])
    assert len(handed) > 30
    assert min(holm(list(handed.values()))) > 0.05
    assert true["source_only"] < 0.01  # so the check does see who a mask belongs to


def p_of_fit(masks, labels):
    """Return the one-sided p-value that masks fit their labels better than the next person's."""
    gaps = dice(masks, labels) - dice(masks, np.roll(labels, 1, axis=0))
    return float(crossed_mean(gaps[None, :]).p_value()) if gaps.mean() > 0 else 1.0


def dice(masks, labels):
    both = (masks & labels).sum(axis=(1, 2, 3))
    sizes = masks.sum(axis=(1, 2, 3)) + labels.sum(axis=(1, 2, 3))
    return 2 * both / np.maximum(sizes, 1)


def test_a_network_frozen_on_wrong_labels_is_below_its_baseline_beyond_noise(with_worlds, tmp_path):
    rows = control("control-misleading-source", with_worlds(tmp_path), "frozen_first_9")
    assert all(row["gain"] < 0 and row["gain_high"] < 0 for row in rows)
