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


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    spec = request_spec(benchmark="controls", profile="smoke", seeds=2, strategies=["all"])
    said = run_smoke(build_plan(spec), tmp_path_factory.mktemp("store"))
    assert not said.of("step_failed")
    return said.results


def test_with_target_labels_of_other_people_no_strategy_gains(rows):
    # In Dice: HD95 rewards any prediction inside the head over the empty mask of a baseline that
    # learnt nothing, whoever the labels belong to.
    blind = [
        row
        for row in rows
        if row["scenario"] == "no-signal" and row["baseline"] and row["metric"] == "dice"
    ]
    assert len({row["strategy"] for row in blind}) > 30
    assert [row["strategy"] for row in blind if row["verdict"] == "gain"] == []


def test_a_network_frozen_on_wrong_labels_is_reported_as_negative_transfer(rows):
    [harmed] = [
        row
        for row in rows
        if (row["scenario"], row["strategy"]) == ("misleading-source", "frozen_first_9")
        and (row["metric"], row["selection"]) == ("dice", "target_validation")
    ]
    assert harmed["gain"] < 0
    assert harmed["verdict"] == "negative_transfer"
