"""The search of rate and strength: run at smoke size, resumed, and recorded."""

from dataclasses import replace

import pytest

from benchmarks.engine.running.device import choose_compute
from benchmarks.engine.tuning.search import search
from benchmarks.plan.benchmarks.development import DEVELOPMENT
from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.errors import PlanError
from benchmarks.plan.profiles import SMOKE
from tests.engine.conftest import RecordedEvents


def searched(slug, store):
    said = RecordedEvents()
    found = search(
        strategy_card(slug), DEVELOPMENT[:1], SMOKE, seeds=1, out=store,
        compute=choose_compute("cpu"), emit=said,
    )  # fmt: skip
    return found, said


@pytest.mark.xdist_group("engine")
def test_a_search_is_resumed_from_its_store_and_comes_to_the_same_record(tmp_path):
    first, _ = searched("target_only", tmp_path)
    assert [trial.rate for trial in first.tried] == [1.0, 0.3, 3.0]
    assert all(trial.score is not None for trial in first.tried)
    assert first.n_target == 2
    again, said = searched("target_only", tmp_path)
    assert again == first
    assert all(step["reused"] for step in said.of("step_finished"))


def test_a_strategy_that_runs_at_no_label_count_is_refused(tmp_path):
    with pytest.raises(PlanError, match="full_fine_tuning runs at no label count"):
        search(
            strategy_card("full_fine_tuning"), DEVELOPMENT, replace(SMOKE, n_targets=(0,)),
            seeds=1, out=tmp_path, compute=choose_compute("cpu"), emit=RecordedEvents(),
        )  # fmt: skip
