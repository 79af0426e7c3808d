"""Controls: nothing is found where there is nothing, and harm where there is harm."""

import numpy as np
import pytest

from benchmarks.engine.work.context import derangement
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


def test_with_target_labels_of_other_people_no_strategy_gains(tmp_path):
    # In Dice: HD95 rewards any prediction inside the head over the empty mask of a baseline that
    # learnt nothing, whoever the labels belong to.
    rows = control("control-no-signal", tmp_path, "all")
    assert len({row["strategy"] for row in rows}) > 30
    assert [row["strategy"] for row in rows if row["verdict"] == "gain"] == []


def test_a_network_frozen_on_wrong_labels_is_reported_as_negative_transfer(tmp_path):
    rows = control("control-misleading-source", tmp_path, "frozen_first_9")
    assert {row["verdict"] for row in rows} == {"negative_transfer"}
    assert all(row["gain"] < 0 for row in rows)
