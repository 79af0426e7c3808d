"""What other systems that run benchmarks were caught at: lost, doubled, deleted, not a number."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from benchmarks.models import Result, Run, RunState, StepState
from benchmarks.running import attempts
from benchmarks.running.execution import Outcome, execute
from benchmarks.running.recording import Recorder, parse_line
from benchmarks.selectors import results_for_node
from benchmarks.services.deletion import run_delete
from benchmarks.services.runs import run_request
from benchmarks.services.upkeep import runs_requeue_lost
from benchmarks.tasks import run_execute

ROW = {
    "scenario": "tissue", "strategy": "deep_coral", "node": "feature/symmetric/direct",
    "n_target": 0, "metric": "dice", "low": 0.1, "high": 0.9, "baseline": "source_only",
    "gain": 0.1, "gain_low": 0.0, "gain_high": 0.2, "verdict": "gain", "selection": "last",
    "seeds": 2, "simulated": True, "detail": {},
}  # fmt: skip


def ended_with(value, person):
    """Return a run that succeeded and whose engine wrote ``value`` as it stands as its mean."""
    run = run_request(benchmark="site-shift", profile="quick", requested_by=person)
    attempt = attempts.claim(run.pk)
    recorder = Recorder(attempt)
    row = json.dumps(ROW | {"mean": "VALUE"}).replace('"VALUE"', value)
    recorder.take([parse_line(f'{{"event": "result", "address": "", "row": {row}}}')])
    recorder.flush_all()
    attempts.finish(attempt, RunState.SUCCEEDED, "done")
    return run


def test_runs_nan_01_what_is_no_number_stands_below_every_value_with_its_reason(
    home, nodes, person, api
):
    runs = [ended_with(v, person) for v in ("NaN", "0.81", "null", "0.90", "Infinity")]
    rows = api.get("/api/v1/results/?metric=dice").json()["results"]
    assert [row["mean"] for row in rows] == [None, 0.81, None, 0.90, None]
    assert {row["verdict"] for row in rows if row["mean"] is None} == {"failed"}
    reasons = Result.objects.filter(mean=None).values_list("detail__reason", flat=True)
    assert set(reasons) == {"the engine found no finite value for it"}
    standing = []
    while rows := list(results_for_node("feature")):
        standing.append(rows[0].run_id)
        rows[0].delete()
    assert standing == [runs[place].pk for place in (3, 1, 4, 2, 0)]  # values first, then the rest


def test_runs_twice_01_a_run_delivered_again_after_an_hour_is_computed_once(queued, home):
    held = attempts.claim(queued.pk)
    Run.objects.update(started_at=timezone.now() - timedelta(hours=1))
    assert execute(queued.pk) is Outcome.NOT_TAKEN
    attempts.beat(held)
    attempts.release(held, "and the first goes on")
    run_execute(queued.pk)
    assert execute(queued.pk) is Outcome.NOT_TAKEN
    computed = (home / "engine" / "computed").read_text().split()
    assert len(computed) == len(set(computed)) == queued.steps.count()
    assert Run.objects.get().state == RunState.SUCCEEDED


@pytest.mark.parametrize("host", ["elsewhere", None])
def test_runs_lost_01_a_worker_killed_without_a_word_leaves_no_run_running(queued, home, host):
    attempts.claim(queued.pk)
    queued.steps.filter(position=0).update(state=StepState.RUNNING)
    if host:
        Run.objects.update(worker=f"{host}:999999999:1.00")
    killed = timezone.now()
    assert runs_requeue_lost(now=killed + timedelta(seconds=29)) == []
    assert runs_requeue_lost(now=killed + timedelta(seconds=31)) == [queued.pk]
    run = Run.objects.get()
    assert run.state == RunState.QUEUED
    assert "silent for more than 30 s" in run.reason
    assert not run.steps.filter(state=StepState.RUNNING).exists()
    assert execute(queued.pk) is Outcome.ENDED
    assert Run.objects.get().state == RunState.SUCCEEDED


def test_runs_board_01_deleting_a_failed_entry_leaves_the_finished_one(home, nodes, person):
    failed, finished = (ended_with(value, person) for value in ("null", "0.7"))
    Run.objects.filter(pk=failed.pk).update(state=RunState.FAILED)
    run_delete(run_id=failed.pk, user=person)
    (row,) = results_for_node("feature")
    assert (row.run_id, row.mean) == (finished.pk, 0.7)
