"""Requesting, cancelling, retrying; and finding what was lost."""

from datetime import timedelta

import psutil
import pytest
from django.utils import timezone

from benchmarks.models import Result, Run, RunState, Step
from benchmarks.running import attempts
from benchmarks.services.runs import run_cancel, run_request, run_retry
from benchmarks.services.upkeep import results_link, runs_requeue_lost, runs_resend
from benchmarks.tasks import run_execute
from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import OPERATOR
from taxonomy.models import Node, Taxonomy


@pytest.fixture
def sent(monkeypatch):
    """The messages that would go to the broker."""
    messages = []
    monkeypatch.setattr(run_execute, "delay", messages.append)
    return messages


def test_a_request_becomes_a_queued_run_with_its_steps_and_one_message_on_commit(
    home, nodes, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run = run_request(benchmark="site-shift", profile="smoke", seeds=2)
        assert sent == []
    assert sent == [run.pk]
    assert (run.state, run.reason) == (RunState.QUEUED, "waiting for a worker")
    addresses = [step["address"] for step in run.plan["steps"]]
    assert list(run.steps.values_list("address", flat=True)) == addresses


@pytest.mark.parametrize(
    ("wrong", "field", "choice"),
    [
        ({"benchmark": "nope"}, "benchmark", "site-shift"),
        ({"profile": "nope"}, "profile", "quick"),
        ({"strategies": ["nope"]}, "strategies", "deep_coral"),
        ({"seeds": 0}, "seeds", "between 1 and"),
    ],
)
def test_an_unknown_value_is_refused_with_its_field_and_choices(home, db, wrong, field, choice):
    asked = {"benchmark": "site-shift", "profile": "smoke", **wrong}
    with pytest.raises(RuleViolation) as refusal:
        run_request(**asked)
    assert list(refusal.value.errors) == [field]
    assert choice in refusal.value.errors[field][0]
    assert not Run.objects.exists()
    assert not Step.objects.exists()


def test_a_waiting_run_is_cancelled_at_once(queued):
    run = run_cancel(run_id=queued.pk, user=OPERATOR)
    assert (run.state, run.reason) == (RunState.CANCELLED, "cancelled while it waited")
    assert attempts.claim(queued.pk) is None


def test_a_running_run_is_asked_to_stop(queued):
    held = attempts.claim(queued.pk)
    assert run_cancel(run_id=queued.pk, user=OPERATOR).state == RunState.RUNNING
    assert attempts.is_cancel_requested(held)


def test_an_ended_run_cannot_be_cancelled(queued):
    run_cancel(run_id=queued.pk, user=OPERATOR)
    with pytest.raises(RuleViolation, match="already been cancelled"):
        run_cancel(run_id=queued.pk, user=OPERATOR)


def test_a_retry_is_a_new_run_linked_to_the_old(queued, person):
    with pytest.raises(RuleViolation, match="still queued"):
        run_retry(run_id=queued.pk, user=OPERATOR)
    run_cancel(run_id=queued.pk, user=OPERATOR)
    retry = run_retry(run_id=queued.pk, user=person)
    assert (retry.retry_of, retry.state, retry.requested_by) == (queued, RunState.QUEUED, person)
    assert retry.plan == queued.plan


def test_a_run_whose_worker_beats_is_left_alone(queued, sent):
    attempts.claim(queued.pk)
    assert runs_requeue_lost() == []
    assert Run.objects.get(pk=queued.pk).state == RunState.RUNNING


def test_a_silent_run_is_queued_again_with_a_message(
    queued, sent, django_capture_on_commit_callbacks
):
    held = attempts.claim(queued.pk)
    later = timezone.now() + timedelta(seconds=31)
    with django_capture_on_commit_callbacks(execute=True):
        assert runs_requeue_lost(now=later) == [queued.pk]
    assert sent == [queued.pk]
    run = Run.objects.get(pk=queued.pk)
    assert (run.state, run.losses) == (RunState.QUEUED, 1)
    assert "silent for more than 30 s" in run.reason
    with pytest.raises(attempts.FenceLostError):
        attempts.beat(held)


def test_a_run_of_a_dead_process_is_lost_at_once(queued, sent):
    attempts.claim(queued.pk)
    host, pid, started = Run.objects.get(pk=queued.pk).worker.rsplit(":", 2)
    reused = f"{host}:{pid}:{float(started) - 100:.2f}"  # the pid lives on in another process
    assert psutil.pid_exists(int(pid))
    Run.objects.filter(pk=queued.pk).update(worker=reused)
    assert runs_requeue_lost() == [queued.pk]
    assert "its worker died" in Run.objects.get(pk=queued.pk).reason


def test_a_redelivery_takes_over_from_a_dead_worker(queued):
    attempts.claim(queued.pk)
    host = Run.objects.get(pk=queued.pk).worker.rsplit(":", 2)[0]
    Run.objects.filter(pk=queued.pk).update(worker=f"{host}:999999999:1.00")
    attempt = attempts.claim(queued.pk)
    assert attempt is not None
    assert attempt.number == 2


def test_a_process_on_another_host_counts_as_alive_while_it_beats(queued, sent):
    attempts.claim(queued.pk)
    Run.objects.filter(pk=queued.pk).update(worker="elsewhere:999999999:1.00")
    assert runs_requeue_lost() == []


def test_the_third_loss_fails_the_run(queued, sent):
    later = timezone.now()
    for _ in range(3):
        attempts.claim(queued.pk)
        later += timedelta(seconds=31)
        runs_requeue_lost(now=later)
        Run.objects.filter(pk=queued.pk).update(heartbeat_at=later)
    run = Run.objects.get(pk=queued.pk)
    assert (run.state, run.losses) == (RunState.FAILED, 3)


def test_a_lost_run_that_was_to_be_cancelled_is_cancelled(queued, sent):
    attempts.claim(queued.pk)
    run_cancel(run_id=queued.pk, user=OPERATOR)
    runs_requeue_lost(now=timezone.now() + timedelta(seconds=31))
    assert Run.objects.get(pk=queued.pk).state == RunState.CANCELLED


def test_waiting_runs_are_sent_again_when_a_worker_starts(queued, sent):
    assert runs_resend() == [queued.pk] == sent


def test_an_idle_worker_sends_again_only_what_waited_long_while_nothing_runs(queued, sent):
    assert runs_resend(idle_seconds=15) == []
    Run.objects.filter(pk=queued.pk).update(created_at=timezone.now() - timedelta(minutes=1))
    assert runs_resend(idle_seconds=15) == [queued.pk]
    Run.objects.create(benchmark="site-shift", profile="smoke", seeds=1, state=RunState.RUNNING)
    assert runs_resend(idle_seconds=15) == []


def test_results_measured_before_the_taxonomy_was_loaded_are_filed_later(queued):
    facts = {"run": queued, "scenario": "tissue", "metric": "dice", "seeds": 1, "simulated": True}
    late = Result.objects.create(
        **facts, strategy="deep_coral", n_target=0, selection="source_validation"
    )
    assert results_link() == 1
    late.refresh_from_db()
    assert late.node.path == "feature/symmetric/direct"
    assert results_link() == 0


def test_the_newest_taxonomy_files_results(nodes):
    newer = Taxonomy.objects.create(slug="transfer", version="2", title="Transfer")
    node = Node.objects.create(taxonomy=newer, path="feature", name="Feature")
    from benchmarks.running.recording import node_ids

    assert node_ids()["feature"] == node.pk
