"""An attempt at a run, with a real child process."""

import errno
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from django.utils import timezone

from benchmarks.models import Event, Result, Run, RunState, StepState
from benchmarks.running import attempts
from benchmarks.running.execution import Outcome, execute
from benchmarks.selectors import run_get, run_progress
from benchmarks.services.runs import run_cancel
from benchmarks.tasks import run_execute
from reviewdb.common.web.permissions import OPERATOR


def computed(home):
    return (home / "engine" / "computed").read_text().split()


def test_a_run_ends_with_every_step_finished_and_every_cell_measured(queued, home):
    assert execute(queued.pk) is Outcome.ENDED
    queued.refresh_from_db()
    assert (queued.state, queued.attempt) == (RunState.SUCCEEDED, 1)
    assert queued.reason == f"all {queued.steps.count()} steps finished"
    assert queued.provenance == {"device": "pretended"}
    assert set(queued.steps.values_list("state", flat=True)) == {StepState.FINISHED}
    row = Result.objects.get(run=queued, scenario="tissue", strategy="deep_coral", n_target=0)
    assert (row.node.path, row.verdict) == ("feature/symmetric/direct", "gain")
    assert row.detail == {"p_value": None}
    assert Event.objects.filter(run=queued, payload__message="a line that is no JSON").exists()


def test_files_are_kept_in_storage_once(queued, home):
    execute(queued.pk)
    artifact = queued.artifacts.filter(strategy="deep_coral").first()
    assert artifact.file.read() == b"not really a picture"
    assert artifact.step.kind == "compare"
    assert len(list((home / "media").rglob("*cases*.png"))) == queued.artifacts.count()


def test_a_second_delivery_stops_at_the_fence(queued):
    held = attempts.claim(queued.pk)
    assert execute(queued.pk) is Outcome.NOT_TAKEN
    attempts.beat(held)  # the first still holds it
    assert Run.objects.get(pk=queued.pk).attempt == 1


def test_a_delivery_of_an_ended_run_does_nothing(queued, home):
    execute(queued.pk)
    assert execute(queued.pk) is Outcome.NOT_TAKEN
    assert len(computed(home)) == queued.steps.count()


def test_an_attempt_without_its_fence_stops_its_engine_and_writes_nothing(
    queued, home, monkeypatch
):
    monkeypatch.setenv("FAKE_STEP_SECONDS", "0.2")
    taken = {}

    def take_away():
        if not taken and Run.objects.get(pk=queued.pk).attempt == 1:
            Run.objects.filter(pk=queued.pk).update(fence="another")
            taken["events"] = Event.objects.count()
        return False

    assert execute(queued.pk, should_stop=take_away) is Outcome.FENCE_LOST
    assert Event.objects.count() == taken["events"]
    assert Run.objects.get(pk=queued.pk).fence == "another"
    assert engines(home) == []


def test_an_engine_killed_with_9_goes_on_from_its_finished_steps(queued, home, monkeypatch):
    monkeypatch.setenv("FAKE_DIE_AT", "7")
    run_execute(queued.pk)  # sends itself again, which runs in place in tests
    queued.refresh_from_db()
    assert (queued.state, queued.attempt, queued.losses) == (RunState.SUCCEEDED, 2, 1)
    assert len(computed(home)) == len(set(computed(home))) == queued.steps.count()
    assert set(queued.steps.values_list("state", flat=True)) == {StepState.FINISHED}


def test_an_engine_left_over_from_an_earlier_attempt_is_ended_first(queued, home):
    plan = str(home / "runs" / str(queued.pk) / "plan.json")
    sleep = [sys.executable, "-c", "import time; time.sleep(60)", plan, "--follow-parent"]
    with subprocess.Popen(sleep, start_new_session=True) as orphan:
        assert execute(queued.pk) is Outcome.ENDED
        assert orphan.wait(timeout=5) == -signal.SIGKILL


def test_a_lost_engine_is_queued_again_with_the_reason(queued, monkeypatch):
    monkeypatch.setenv("FAKE_DIE_AT", "7")
    assert execute(queued.pk) is Outcome.QUEUED_AGAIN
    queued.refresh_from_db()
    assert (queued.state, queued.fence) == (RunState.QUEUED, "")
    assert "attempt 1 was lost: the engine was killed by SIGKILL" in queued.reason


def test_three_lost_engines_fail_the_run(queued, monkeypatch):
    monkeypatch.setenv("FAKE_DIE_AT", "3")
    monkeypatch.setenv("FAKE_DEATHS", "9")
    run_execute(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.attempt) == (RunState.FAILED, 3)
    assert queued.reason.startswith("given up after 3 lost attempts")
    assert queued.finished_at is not None


def test_a_refusal_fails_the_run_with_the_engines_words(queued, monkeypatch):
    monkeypatch.setenv("FAKE_REFUSE", "1")
    assert execute(queued.pk) is Outcome.ENDED
    queued.refresh_from_db()
    assert queued.state == RunState.FAILED
    assert queued.reason == "the engine refused: no CUDA device here; there is: cpu"


def test_a_refusal_told_only_on_standard_error_names_the_log_and_not_its_text(
    queued, home, settings
):
    crash = "import sys; print('Error at', __file__, sys.path, file=sys.stderr); sys.exit(2)"
    settings.REVIEWDB_ENGINE_COMMAND = [sys.executable, "-c", f"__file__ = {str(home)!r}; {crash}"]
    execute(queued.pk)
    queued.refresh_from_db()
    log = f"runs/{queued.pk}/engine-1.log"
    assert queued.reason == f"the engine refused: its reason is in {log}"
    assert "Error at" in (home / log).read_text()
    told = [event.payload["message"] for event in queued.events.all()]
    assert told == [f"the engine's standard error is in {log}"]


def test_a_fault_of_the_machine_fails_the_run_at_once_and_keeps_its_results(queued, monkeypatch):
    monkeypatch.setenv("FAKE_MACHINE_FAULT", "the disk is full: free some space")
    assert execute(queued.pk) is Outcome.ENDED
    queued.refresh_from_db()
    assert (queued.state, queued.reason) == (RunState.FAILED, "the disk is full: free some space")
    assert Result.objects.filter(run=queued).exists()


def test_a_full_disk_of_the_worker_fails_the_run_at_once(queued, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device", "/var/reviewdb/runs/1/plan.1")

    monkeypatch.setattr("benchmarks.running.execution._write_plan", full)
    with pytest.raises(OSError, match="No space"):
        execute(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.losses) == (RunState.FAILED, 0)
    assert queued.reason.startswith("the disk is full: free some space")


def _open(run):
    return run.steps.filter(state__in=(StepState.RUNNING, StepState.WAITING))


def test_every_step_of_a_failed_run_says_why_it_did_not_end(queued, monkeypatch):
    monkeypatch.setenv("FAKE_DIE_AT", "3")
    monkeypatch.setenv("FAKE_DEATHS", "9")
    run_execute(queued.pk)
    assert not _open(queued).exists()
    third, fourth = queued.steps.order_by("position")[3:5]
    assert (third.state, third.error) == (StepState.SKIPPED, "not finished: the run failed")
    assert (fourth.state, fourth.error) == (StepState.SKIPPED, "not begun: the run failed")


def test_every_step_of_a_cancelled_run_says_why_it_did_not_end(queued, monkeypatch):
    monkeypatch.setenv("FAKE_STEP_SECONDS", "0.2")

    def cancel_once_at_work():
        if queued.steps.filter(state=StepState.RUNNING, position__gt=2).exists():
            Run.objects.filter(pk=queued.pk).update(cancel_requested_at=timezone.now())
        return False

    execute(queued.pk, should_stop=cancel_once_at_work)
    assert not _open(queued).exists()
    assert queued.steps.filter(error="not finished: the run was cancelled").exists()
    done = queued.steps.filter(state=StepState.FINISHED).count()
    assert run_progress(run_get(queued.pk))["steps_done"] == done < queued.steps.count()


def test_a_run_that_waits_again_has_no_step_at_work(queued, monkeypatch):
    monkeypatch.setenv("FAKE_DIE_AT", "7")
    assert execute(queued.pk) is Outcome.QUEUED_AGAIN
    assert not queued.steps.filter(state=StepState.RUNNING).exists()


def test_a_failed_step_is_named_beside_the_results_that_hold(queued, monkeypatch):
    monkeypatch.setenv("FAKE_FAIL_AT", "5")
    execute(queued.pk)
    queued.refresh_from_db()
    assert queued.state == RunState.SUCCEEDED
    assert queued.reason.startswith(f"1 of {queued.steps.count()} steps failed; the first: ")
    assert queued.reason.endswith("out of memory")


def test_a_stopped_worker_gives_its_run_back_without_a_loss(queued, home, monkeypatch):
    monkeypatch.setenv("FAKE_SILENT", "60")  # still at work whenever the fourth question comes
    stops = iter([False, False, False, True])  # the first question comes before the claim
    assert execute(queued.pk, should_stop=lambda: next(stops)) is Outcome.QUEUED_AGAIN
    queued.refresh_from_db()
    assert (queued.state, queued.losses) == (RunState.QUEUED, 0)
    assert "stopped during attempt 1" in queued.reason
    assert engines(home) == []


def test_an_interrupted_process_gives_its_run_back(queued, home):
    def interrupt():
        if Run.objects.get(pk=queued.pk).state == RunState.RUNNING:
            raise SystemExit
        return False

    with pytest.raises(SystemExit):
        execute(queued.pk, should_stop=interrupt)
    assert Run.objects.get(pk=queued.pk).state == RunState.QUEUED
    assert engines(home) == []


def engines(home):
    """Return processes that work below this test's state folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if any(str(home) in word for word in words) and process.info["status"] != "zombie":
            found.append(process.pid)
    return found


def test_cancel_ends_the_whole_group_of_a_stubborn_silent_engine_within_5_seconds(
    queued, home, monkeypatch
):
    monkeypatch.setenv("FAKE_STUBBORN", "1")
    monkeypatch.setenv("FAKE_SILENT", "60")
    pids = home / "engine" / "pids"
    asked = {}

    def cancel_once_alive():
        if not asked and pids.exists():
            run_cancel(run_id=queued.pk, user=OPERATOR)
            asked["at"] = time.monotonic()
        return False

    assert execute(queued.pk, should_stop=cancel_once_alive) is Outcome.ENDED
    assert time.monotonic() - asked["at"] < 5
    engine, grandchild = (int(pid) for pid in pids.read_text().split())
    assert not _lives(engine)
    assert not _lives(grandchild)
    queued.refresh_from_db()
    assert queued.state == RunState.CANCELLED
    assert queued.reason == "cancelled; the engine has ended"


def _lives(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_silent_engine_does_not_silence_the_heartbeat(queued, monkeypatch):
    monkeypatch.setenv("FAKE_SILENT", "60")
    seen = []
    until = time.monotonic() + 5

    def look():
        seen.append(Run.objects.values_list("heartbeat_at", flat=True).get(pk=queued.pk))
        return time.monotonic() > until

    execute(queued.pk, should_stop=look)
    beats = {at for at in seen if at is not None}
    assert len(beats) >= 3  # at the claim, then every 1.5 s


def test_what_a_run_leaves_on_disk_is_its_owners_alone(queued, home):
    before = os.umask(0o000)
    try:
        execute(queued.pk)
    finally:
        os.umask(before)
    assert list((home / "media").rglob("*.png"))
    within = [home / "runs", home / "engine", *(home / "engine").rglob("*")]
    within += [*(home / "media").rglob("*"), home / "runs" / str(queued.pk)]
    assert [path for path in within if path.stat().st_mode & 0o077] == []
