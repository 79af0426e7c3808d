"""Carries out one attempt at a run: starts the engine, records its events, stores how it ended.

Called by the worker's job and by `run_benchmark --wait`. It starts the engine and never imports it.
"""

import json
import logging
import os
import signal
from collections.abc import Callable
from enum import Enum
from multiprocessing.sharedctypes import RawValue
from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseProblem

from benchmarks.models import Run, RunState
from benchmarks.running import attempts
from benchmarks.running.attempts import Attempt, FenceLostError
from benchmarks.running.child import EngineChild, end_leftovers
from benchmarks.running.places import RUNS, engine_store, run_folder
from benchmarks.running.public import public
from benchmarks.running.recording import Recorder, log_event, parse_line, run_ending
from reviewdb.common.machine_faults import machine_fault

log = logging.getLogger(__name__)

TICK_SECONDS = 0.25
BEAT_SECONDS = 1.5
REFUSED = (1, 2)  # the engine refused the plan or its arguments: do not repeat
LANE_DIED, MACHINE_FAILED = 4, 5  # same numbers as in benchmarks/engine/__main__.py

_stop_flag = RawValue("b", 0)
"""Shared memory: the worker's main process sets it, the pool processes it forks read it."""


class Outcome(Enum):
    """How one attempt ended."""

    NOT_TAKEN = "not taken"
    FENCE_LOST = "fence lost"
    QUEUED_AGAIN = "queued again"
    ENDED = "ended"


class _Ending(Enum):
    """Why reading the engine's output ended."""

    EXITED = "exited"
    CANCELLED = "cancelled"
    STOPPED = "stopped"


def stop_all() -> None:
    """Make every attempt of this worker queue its run again; for a worker that shuts down."""
    _stop_flag.value = 1


def is_stop_requested() -> bool:
    """Return whether this worker is shutting down."""
    return bool(_stop_flag.value)


def execute(run_id: int, *, should_stop: Callable[[], bool] = is_stop_requested) -> Outcome:
    """Work on the run and return how this delivery ended."""
    if should_stop():
        return Outcome.NOT_TAKEN  # it stays queued, and the next worker finds it
    attempt = attempts.claim(run_id)
    if attempt is None:
        log.info("run %s is not waiting for a worker: this delivery stops here", run_id)
        return Outcome.NOT_TAKEN
    log.info("run %s: attempt %s begins", run_id, attempt.number)
    try:
        state = _work(attempt, should_stop)
    except FenceLostError:
        log.warning("run %s: attempt %s lost its fence and stopped", run_id, attempt.number)
        return Outcome.FENCE_LOST
    except BaseException as error:
        _release_after(attempt, error)
        raise
    log.info("run %s: attempt %s left it %s", run_id, attempt.number, state)
    return Outcome.QUEUED_AGAIN if state == RunState.QUEUED else Outcome.ENDED


def _release_after(attempt: Attempt, error: BaseException) -> None:
    """Release the run after an exception in the worker.

    A stopped process queues it again. A fault of the machine fails it, since someone has to mend
    the machine first. Any other exception counts as a lost attempt.
    """
    try:
        if fault := machine_fault(error):
            attempts.finish(attempt, RunState.FAILED, fault)
        elif isinstance(error, Exception):
            reason = public(f"the worker failed with {type(error).__name__}: {error}")
            attempts.lose(attempt, reason)
        else:
            attempts.release(attempt, f"attempt {attempt.number} was interrupted; queued again")
    except FenceLostError:
        log.warning("run %s was already taken from attempt %s", attempt.run_id, attempt.number)
    except DatabaseProblem:
        log.exception("run %s: how its attempt ended could not be written", attempt.run_id)


def _work(attempt: Attempt, should_stop: Callable[[], bool]) -> RunState:
    folder = run_folder(attempt.run_id)
    plan = _write_plan(attempt, folder)
    end_leftovers(plan)
    errors = folder / f"engine-{attempt.number}.log"
    arguments = ["run", str(plan), "--out", str(engine_store())]
    command = [*settings.REVIEWDB_ENGINE_COMMAND, *arguments]
    recorder = Recorder(attempt)
    command += ["--follow-parent", str(os.getpid())]
    child = EngineChild(command, folder=settings.BASE_DIR, log_path=errors)
    with child:
        ending = _listen(child, recorder, attempt, should_stop)
    if ending is _Ending.STOPPED:
        recorder.flush_all()
        reason = f"its worker was stopped during attempt {attempt.number}; queued again"
        return attempts.release(attempt, reason)
    if ending is _Ending.CANCELLED:
        recorder.flush_all()
        return _finish(attempt, RunState.CANCELLED, "cancelled; the engine has ended")
    return _conclude(attempt, recorder, child.exit_code, errors)


def _write_plan(attempt: Attempt, folder: Path) -> Path:
    """Write the plan in one step and return its path; the web may be on another host."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    plan = Run.objects.values_list("plan", flat=True).get(pk=attempt.run_id)
    draft = folder / f"plan.{os.getpid()}"
    draft.write_text(json.dumps(plan), encoding="utf-8")
    return draft.replace(folder / "plan.json")


def _listen(
    child: EngineChild, recorder: Recorder, attempt: Attempt, should_stop: Callable[[], bool]
) -> _Ending:
    """Read the engine's output until it ends; return why. Each pass writes rows and a heartbeat."""
    while True:
        recorder.take(parse_line(line) for line in child.lines(TICK_SECONDS))
        recorder.flush(beat_seconds=BEAT_SECONDS)
        if should_stop():
            return _Ending.STOPPED
        if attempts.is_cancel_requested(attempt):
            return _Ending.CANCELLED
        if child.has_ended(wait_seconds=TICK_SECONDS):
            return _Ending.EXITED


def _conclude(attempt: Attempt, recorder: Recorder, code: int | None, errors: Path) -> RunState:
    """Store and return the final state of a run whose engine exited by itself."""
    if code == 0 and recorder.has_finished:
        recorder.flush_all()
        is_success, reason = run_ending(recorder, attempt.run_id)
        return _finish(attempt, RunState.SUCCEEDED if is_success else RunState.FAILED, reason)
    if errors.stat().st_size:
        message = f"the engine's standard error is in {_place(errors)}"
        recorder.take([log_event("warning", message)])
    recorder.flush_all()
    if code == MACHINE_FAILED:
        reason = recorder.last_error or f"the machine failed; see {_place(errors)}"
        return _finish(attempt, RunState.FAILED, reason)
    if code in REFUSED:
        why = recorder.last_error or f"its reason is in {_place(errors)}"
        return _finish(attempt, RunState.FAILED, f"the engine refused: {why}")
    return attempts.lose(attempt, _cause_of_death(code))


def _place(log_file: Path) -> str:
    """Return the log's path within the state folder, which only operators can read."""
    return str(Path(RUNS, log_file.parent.name, log_file.name))


def _finish(attempt: Attempt, state: RunState, reason: str) -> RunState:
    attempts.finish(attempt, state, reason)
    return state


def _cause_of_death(code: int | None) -> str:
    if code == LANE_DIED:
        return (
            "a process of the engine was killed, mostly for want of memory; fewer lanes need less"
        )
    if code is not None and code < 0:
        return f"the engine was killed by {signal.Signals(-code).name}"
    return f"the engine ended with exit code {code} before its run had"
