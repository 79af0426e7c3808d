"""Forgetting: the source before and after, asked of the network that was adapted."""

import shutil

import pytest

from tests.engine.conftest import run_smoke, smoke_plan

pytestmark = pytest.mark.xdist_group("engine")  # which has the finished run


@pytest.fixture(scope="module")
def found(smoke, tmp_path_factory):
    """Return the results of a run in a copy of the finished run's store: its fits are reused."""
    store = tmp_path_factory.mktemp("stores") / "copy"
    shutil.copytree(smoke[1], store, symlinks=True)
    plan = smoke_plan(strategies=["median_matching", "full_fine_tuning", "deep_coral"])
    return run_smoke(plan, store).results


def forgetting(found, strategy):
    rows = [row for row in found if row["strategy"] == strategy]
    return {row["selection"]: row["detail"]["forgetting"] for row in rows}


def test_a_translation_of_target_images_forgets_nothing_on_the_source(found):
    for told in forgetting(found, "median_matching").values():
        assert told["forgetting"] == 0
        assert told["source_after"] == told["source_before"]


def test_what_was_adapted_is_the_same_network_under_every_rule(found):
    told = forgetting(found, "full_fine_tuning").values()
    assert {one["source_before"] for one in told} == {
        one["source_before"] for one in forgetting(found, "median_matching").values()
    }
    assert all(one["adapts"] for one in told)


def test_a_strategy_that_trains_its_own_network_says_so(found):
    told = forgetting(found, "deep_coral")
    assert not any(one["adapts"] for one in told.values())
