"""A request is about the data sets of the workers that would run it, not of the web host."""

from datetime import timedelta

import pytest
from django.utils import timezone

from benchmarks.models import Run, RunState, WorkerBeat
from benchmarks.plan.plans import Plan
from benchmarks.selectors.workers import datasets_of_workers
from benchmarks.services.runs import run_request, run_retry
from benchmarks.services.worker import tick
from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import OPERATOR

REAL = "source-selection-real"


@pytest.fixture
def root(home, monkeypatch):
    """Return an empty folder of data sets on this machine."""
    folder = home / "datasets"
    folder.mkdir()
    monkeypatch.setenv("REVIEWDB_DATASETS", str(folder))
    return folder


def worker(name, *datasets):
    return WorkerBeat.objects.create(
        name=f"{name}:5:1.00", seen_at=timezone.now(), datasets=list(datasets)
    )


def request(**changes):
    return run_request(**{"benchmark": REAL, "profile": "quick", "seeds": 1, **changes})


def test_a_worker_reports_which_data_sets_it_has(db, root):
    (root / "iseg2019").mkdir()
    (root / "something-else").mkdir()
    tick(is_first=False)
    assert WorkerBeat.objects.get().datasets == ["iseg2019"]
    assert datasets_of_workers() == {"iseg2019"}


def test_a_root_that_is_no_folder_leaves_the_worker_beating(db, root, monkeypatch):
    monkeypatch.setenv("REVIEWDB_DATASETS", str(root / "nowhere"))
    tick(is_first=False)
    assert WorkerBeat.objects.get().datasets == []


def test_the_web_hosts_own_data_do_not_count_while_a_worker_lives(db, root):
    (root / "fets2021").mkdir()
    worker("elsewhere", "iseg2019")
    run = request()
    assert run.datasets == ["iseg2019"]
    worlds = {step.world for step in Plan.from_json(run.plan).steps if step.kind == "domain"}
    assert worlds == {"iseg2019"}


def test_of_several_workers_any_may_take_the_run_so_all_must_have_the_data(db, root):
    worker("one", "fets2021", "iseg2019")
    worker("two", "iseg2019", "wmh2017")
    assert request().datasets == ["iseg2019"]


def test_without_a_live_worker_this_machine_counts(db, root):
    worker("gone", "fets2021")
    WorkerBeat.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    (root / "iseg2019").mkdir()
    assert request().datasets == ["iseg2019"]


def test_data_that_nobody_has_are_named_with_where_to_put_them(db, root):
    worker("elsewhere")
    with pytest.raises(RuleViolation, match="FeTS 2021 as the folder fets2021") as refusal:
        request()
    assert "datasets" in refusal.value.errors
    assert not Run.objects.exists()


def test_a_retry_is_the_same_request_whatever_was_added_since(db, root):
    beat = worker("elsewhere", "iseg2019")
    run = request()
    Run.objects.update(state=RunState.FAILED)
    beat.datasets = ["fets2021", "iseg2019"]
    beat.save()
    again = run_retry(run_id=run.pk, user=OPERATOR)
    assert again.datasets == ["iseg2019"]
    assert again.plan == run.plan
    Run.objects.update(state=RunState.FAILED)
    beat.datasets = ["fets2021"]
    beat.save()
    with pytest.raises(RuleViolation, match="no worker has iseg2019"):
        run_retry(run_id=run.pk, user=OPERATOR)
