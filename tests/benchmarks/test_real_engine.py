"""The worker's side with the real engine as its child: killed in the middle, then finished."""

import sys

import psutil
import pytest

from benchmarks.models import Event, Result, RunState, StepState
from benchmarks.running.execution import Outcome, execute
from benchmarks.selectors import run_get, run_progress
from benchmarks.services.runs import run_request


@pytest.mark.slow
def test_a_killed_engine_goes_on_and_repeats_no_finished_step(
    home, nodes, settings, monkeypatch, with_worlds
):
    with_worlds(home / "engine")
    settings.REVIEWDB_ENGINE_COMMAND = [sys.executable, "-m", "benchmarks.engine"]
    monkeypatch.setenv("REVIEWDB_DEVICE", "cpu")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    run = run_request(
        benchmark="site-shift", profile="smoke", strategies=["full_fine_tuning"], seeds=1
    )
    finished = run.steps.filter(state=StepState.FINISHED)
    killed = []

    def kill_once():
        if not killed and finished.count() >= 4:
            killed.extend(psutil.Process().children())
            killed[0].kill()
        return False

    assert execute(run.pk, should_stop=kill_once) is Outcome.QUEUED_AGAIN
    before = dict(finished.values_list("address", "wall_seconds"))
    assert execute(run.pk) is Outcome.ENDED

    run = run_get(run.pk)
    assert (run.state, run.attempt) == (RunState.SUCCEEDED, 2), run.reason
    computed = [
        event.payload["address"]
        for event in Event.objects.filter(run=run, name="step_finished")
        if not event.payload["reused"]
    ]
    assert len(computed) == len(set(computed))
    ends = set(run.steps.values_list("state", flat=True))
    assert ends <= {StepState.FINISHED, StepState.REUSED}  # stored, but killed before it said so
    assert before.items() <= dict(finished.values_list("address", "wall_seconds")).items()
    gains = Result.objects.filter(run=run, strategy="full_fine_tuning", metric="dice")
    assert {row.node.path for row in gains} == {"parameter/prior-sharing"}
    assert all(row.withheld and row.gain is not None for row in gains)
    assert run_progress(run)["device"].startswith("cpu")
    assert run.artifacts.filter(kind="picture").exists()
