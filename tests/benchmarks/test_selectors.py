"""Reads, and what they cost."""

from datetime import timedelta

import pytest
from django.db.models import Value
from django.db.models.functions import Concat, Right
from django.utils import timezone

from benchmarks.models import Run, RunState, Step, StepState, WorkerBeat
from benchmarks.running import attempts
from benchmarks.running.execution import execute
from benchmarks.selectors import (
    has_live_worker,
    result_list,
    results_for_node,
    results_for_study,
    run_estimate,
    run_get,
    run_list,
    run_progress,
)
from benchmarks.services.runs import run_plan, run_request
from reviewdb.common.processes import process_name
from reviewdb.reviews.models import Review, Study


@pytest.fixture
def measured(queued) -> Run:
    """A run whose numbers are shown: the smoke profile's are not."""
    execute(queued.pk)
    Run.objects.update(profile="quick")
    return run_get(queued.pk)


def test_a_node_shows_the_newest_run_of_each_strategy(measured):
    newer = Run.objects.create(
        benchmark="site-shift", profile="quick", seeds=2, state=RunState.SUCCEEDED
    )
    rows = list(results_for_node("feature"))
    for row in rows:
        row.pk, row.run = None, newer
        row.save()
    assert [row.run_id for row in results_for_node("feature")] == [newer.pk] * len(rows)
    assert {row.run_id for row in results_for_node("parameter")} == {measured.pk}


def test_a_study_shows_the_strategies_that_cite_it(measured):
    valverde = Review.objects.create(slug="valverde2021", title="V")
    cited = Study.objects.create(review=valverde, key="34")
    other = Study.objects.create(review=valverde, key="2")
    elsewhere = Study.objects.create(review=Review.objects.create(slug="mine", title="M"), key="34")
    assert {row.strategy for row in results_for_study(cited)} == {"deep_coral"}
    assert not results_for_study(other).exists()
    assert not results_for_study(elsewhere).exists()


def test_reads_cost_a_fixed_number_of_queries(measured, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [row.run.benchmark for row in result_list()]
    with django_assert_num_queries(2):  # evidence first asks for the arithmetic of the runs
        assert [row.node.path for row in results_for_node("parameter")]
    with django_assert_num_queries(1):
        assert [run.requested_by for run in run_list()]
    with django_assert_num_queries(1):
        run_progress(measured)


def test_the_queue_is_served_in_order(queued):
    second = run_request(benchmark="site-shift", profile="smoke")
    assert run_progress(queued)["queue_position"] == 1
    assert run_progress(second)["queue_position"] == 2
    assert run_progress(second)["eta_seconds"] is None


def test_the_time_left_comes_from_finished_steps_of_the_same_kind(queued):
    attempts.claim(queued.pk)
    run = run_get(queued.pk)
    first, *others = run.steps.order_by("position")
    assert run_progress(run)["eta_seconds"] is None  # nothing has been timed yet
    for kind in {step.kind for step in others}:
        run.steps.filter(kind=kind).update(state=StepState.FINISHED, wall_seconds=10.0)
    run.steps.filter(pk__in=[step.pk for step in others[-2:]]).update(state=StepState.WAITING)
    began = timezone.now() - timedelta(seconds=30)
    run.steps.filter(pk=first.pk).update(state=StepState.RUNNING, started_at=began, done=3, total=4)
    progress = run_progress(run)
    assert progress["eta_seconds"] == pytest.approx(10 + 20, abs=1)
    assert (progress["current_label"], progress["step_done"]) == (first.label, 3)
    assert progress["steps_done"] == progress["steps_total"] - 3


def test_what_a_run_will_take_is_known_before_it_starts(queued):
    """Every kind took 10 s in an earlier run, deep CORAL's fits 60 s; two lanes halve the sum."""
    _, plan = run_plan(benchmark="site-shift", profile="smoke", seeds=1)
    assert run_estimate(plan)["seconds"] is None
    queued.steps.update(state=StepState.FINISHED, wall_seconds=10.0)
    queued.steps.filter(strategy="deep_coral", kind="fit").update(wall_seconds=60.0)
    Run.objects.update(state=RunState.SUCCEEDED, provenance={"lanes": 2})
    assert run_estimate(plan)["steps_done_before"] == sum(
        queued.steps.filter(address=step.address).exists() for step in plan.steps
    )
    Step.objects.update(address=Concat(Value("other-"), Right("address", 50)))
    fits = [s for s in plan.steps if s.kind == "fit" and s.strategy == "deep_coral"]
    assert run_estimate(plan) == {
        "steps": len(plan.steps),
        "steps_done_before": 0,
        "seconds": (10 * len(plan.steps) + 50 * len(fits)) / 2,
    }
    waiting = run_request(benchmark="site-shift", profile="smoke", seeds=1)
    assert run_progress(waiting)["eta_seconds"] == (10 * len(plan.steps) + 50 * len(fits)) / 2


def test_a_worker_is_live_while_it_beats_and_its_process_lives(db):
    assert not has_live_worker()
    beat = WorkerBeat.objects.create(name=process_name(), seen_at=timezone.now())
    assert has_live_worker()
    host = beat.name.rsplit(":", 2)[0]
    WorkerBeat.objects.update(name=f"{host}:999999999:1.00")
    assert not has_live_worker()
    WorkerBeat.objects.update(name="elsewhere:5:1.00")
    assert has_live_worker()
    WorkerBeat.objects.update(seen_at=timezone.now() - timedelta(seconds=16))
    assert not has_live_worker()


def test_runs_are_listed_newest_first_by_state(queued):
    second = run_request(benchmark="site-shift", profile="smoke")
    Run.objects.filter(pk=queued.pk).update(state=RunState.FAILED)
    assert [run.pk for run in run_list()] == [second.pk, queued.pk]
    assert [run.pk for run in run_list(state="failed")] == [queued.pk]
