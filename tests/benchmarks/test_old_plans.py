"""Runs stored under an earlier engine revision: their pages stay, a retry makes a new plan."""

import pytest

from benchmarks.models import Run, RunState, Step
from benchmarks.plan.plans import Plan
from benchmarks.plan.steps.step import ENGINE_REVISION
from benchmarks.services.runs import run_request, run_retry
from reviewdb.common.web.permissions import OPERATOR

OLD_STEPS = [
    {
        "address": "a" * 64,
        "kind": "domain",
        "label": "White matter on T1: build source (aurora, t1)",
        "fields": {"world": "simulated", "site": "aurora", "image_size": 32},
        "parents": [],
    },
    {
        "address": "b" * 64,
        "kind": "selection",
        "label": "Source selection: tables, choices, stability",
        "fields": {"pairs": [{"tests": ["a" * 64]}]},
        "parents": ["a" * 64],
    },
]


@pytest.fixture
def old(home, nodes):
    plan = {
        "benchmark": "site-shift",
        "profile": "smoke",
        "seeds": 1,
        "strategies": ["deep_coral"],
        "engine_revision": 2,
        "steps": OLD_STEPS,
    }
    run = Run.objects.create(
        benchmark="site-shift",
        profile="smoke",
        strategies=["deep_coral"],
        seeds=1,
        state=RunState.SUCCEEDED,
        plan=plan,
        provenance={"engine_revision": 2},
    )
    for position, step in enumerate(OLD_STEPS):
        about = {name: step[name] for name in ("address", "kind", "label")}
        Step.objects.create(run=run, position=position, **about)
    return run


def test_its_pages_and_rows_are_still_shown(old, client):
    for path in (f"/runs/{old.pk}/", "/runs/", f"/api/v1/runs/{old.pk}/"):
        assert client.get(path).status_code == 200
    assert "White matter on T1" in client.get(f"/runs/{old.pk}/").content.decode()


def test_compared_with_a_new_run_it_is_said_that_no_step_can_be_shared(old, client):
    new = run_request(benchmark="site-shift", profile="smoke", seeds=1)
    page = client.get(f"/runs/compare/?a={old.pk}&b={new.pk}")
    assert page.status_code == 200
    assert f"engine revisions 2 and {ENGINE_REVISION}" in page.content.decode()
    row = client.get(f"/api/v1/runs/{old.pk}/compare/?with={new.pk}").json()
    assert f"engine revisions 2 and {ENGINE_REVISION}" in row["plan"]["note"]
    assert not any(step["shared"] for step in row["plan"]["steps"])


def test_a_retry_makes_a_new_plan_of_the_same_request(old):
    again = run_retry(run_id=old.pk, user=OPERATOR)
    assert again.retry_of == old
    assert Plan.from_json(again.plan).strategies == tuple(again.strategies)
    assert "deep_coral" in again.strategies
