"""The fence: who may work on a run, and how an attempt ends. Every change of a run's state is here.

The row decides, not the broker: a message only says "look at this run". Whoever turns ``queued``
into ``running`` holds the fence it wrote; every later write asks for that fence, so an attempt
that was given up elsewhere notices and stops without writing.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from benchmarks.models import Run, RunState, Step, StepState
from reviewdb.common.processes import is_known_dead, process_name

MAX_LOSSES = 3
WAITING = "waiting for a worker"
ENDED = {
    RunState.SUCCEEDED: "the run ended",
    RunState.FAILED: "the run failed",
    RunState.CANCELLED: "the run was cancelled",
}
"""Why a step of a run that ended so did not get to its own end."""


class FenceLostError(Exception):
    """Another attempt, or nobody, holds the run now: stop and write nothing."""


@dataclass(frozen=True)
class Attempt:
    """The right to work on a run: valid as long as the row carries the same fence."""

    run_id: int
    number: int
    fence: str

    def rows(self) -> models.QuerySet[Run]:
        """Return the run's row where this attempt still holds it, else nothing."""
        return Run.objects.filter(pk=self.run_id, state=RunState.RUNNING, fence=self.fence)


def claim(run_id: int) -> Attempt | None:
    """Return the attempt that now holds the run, or None where it is not waiting for one.

    A run whose worker is known to be dead is taken from it first.
    """
    fence = uuid.uuid4().hex
    now = timezone.now()
    with transaction.atomic():
        run = Run.objects.select_for_update().defer("plan").filter(pk=run_id).first()
        if run is not None and run.state == RunState.RUNNING and lost_because(run, now):
            end_lost(run, now)
        taken = Run.objects.filter(pk=run_id, state=RunState.QUEUED).update(
            state=RunState.RUNNING,
            fence=fence,
            worker=process_name(),
            attempt=models.F("attempt") + 1,
            started_at=Coalesce(models.F("started_at"), now),
            heartbeat_at=now,
        )
        if not taken:
            return None
        number = Run.objects.values_list("attempt", flat=True).get(pk=run_id)
        Run.objects.filter(pk=run_id).update(reason=f"attempt {number} is at work")
        _reopen_steps(run_id)
    return Attempt(run_id=run_id, number=number, fence=fence)


def _reopen_steps(run_id: int) -> None:
    """Make steps of an earlier attempt that did not finish wait again."""
    again = (StepState.RUNNING, StepState.FAILED, StepState.SKIPPED)
    Step.objects.filter(run_id=run_id, state__in=again).update(
        state=StepState.WAITING, done=0, error="", started_at=None
    )


def beat(attempt: Attempt) -> None:
    """Say that the attempt lives; raises FenceLostError where it no longer holds the run."""
    if not attempt.rows().update(heartbeat_at=timezone.now()):
        raise FenceLostError(attempt.run_id)


def is_cancel_requested(attempt: Attempt) -> bool:
    """Return whether the run is to stop; raises FenceLostError where it is no longer ours."""
    row = attempt.rows().values_list("cancel_requested_at", flat=True).first()
    if row is None and not attempt.rows().exists():
        raise FenceLostError(attempt.run_id)
    return row is not None


def cancel(run: Run, now: datetime) -> None:
    """End a waiting run, ask a running one to stop; call with the row locked.

    A run whose worker is gone ends at once: nobody is left to see that it is to stop.
    """
    if run.cancel_requested_at is None:
        run.cancel_requested_at = now
        run.save(update_fields=["cancel_requested_at"])
    if run.state == RunState.QUEUED:
        _end(run, RunState.CANCELLED, "cancelled while it waited", now)
    end_lost(run, now)


def finish(attempt: Attempt, state: RunState, reason: str) -> None:
    """End the run for good."""
    with transaction.atomic():
        run = _held(attempt)
        _end(run, state, reason, timezone.now())


def release(attempt: Attempt, reason: str) -> RunState:
    """Give the run back, whole, because its worker was asked to stop; return its new state."""
    with transaction.atomic():
        run = _held(attempt)
        return _queue_again(run, reason, timezone.now())


def lose(attempt: Attempt, reason: str) -> RunState:
    """Give up an attempt whose engine died; return ``queued`` or, after too many, ``failed``."""
    with transaction.atomic():
        run = _held(attempt)
        return _count_loss(run, reason, timezone.now())


def lost_because(run: Run, now: datetime) -> str:
    """Return why a running run counts as lost, or nothing where its attempt seems alive."""
    if is_known_dead(run.worker):
        return "its worker died"
    patience = timedelta(seconds=settings.REVIEWDB_RUN_LOST_SECONDS)
    if run.heartbeat_at is None or now - run.heartbeat_at > patience:
        return f"its worker was silent for more than {patience.total_seconds():.0f} s"
    return ""


def end_lost(run: Run, now: datetime) -> RunState | None:
    """Requeue, fail or cancel a lost run; return its new state, None where it is not lost.

    Call with the row locked.
    """
    because = lost_because(run, now)
    if run.state != RunState.RUNNING or not because:
        return None
    return _count_loss(run, because, now)


def _held(attempt: Attempt) -> Run:
    run = attempt.rows().select_for_update().defer("plan").first()
    if run is None:
        raise FenceLostError(attempt.run_id)
    return run


def _count_loss(run: Run, because: str, now: datetime) -> RunState:
    run.losses += 1
    if run.losses < MAX_LOSSES:
        said = f"attempt {run.attempt} was lost: {because}; queued again, finished steps are kept"
        return _queue_again(run, said, now)
    said = f"given up after {run.losses} lost attempts; the last one: {because}"
    return _end(run, RunState.FAILED, said, now)


def _queue_again(run: Run, reason: str, now: datetime) -> RunState:
    if run.cancel_requested_at is not None:
        return _end(run, RunState.CANCELLED, "cancelled; its attempt had already ended", now)
    _reopen_steps(run.pk)
    return _save(run, state=RunState.QUEUED, reason=reason, fence="", worker="", losses=run.losses)


def _end(run: Run, state: RunState, reason: str, now: datetime) -> RunState:
    _close_steps(run.pk, ENDED[state])
    return _save(run, state=state, reason=reason, fence="", losses=run.losses, finished_at=now)


def _close_steps(run_id: int, because: str) -> None:
    """Say of each step that is not at its end why it will not get there."""
    steps = Step.objects.filter(run_id=run_id)
    for state, word in ((StepState.RUNNING, "not finished"), (StepState.WAITING, "not begun")):
        steps.filter(state=state).update(state=StepState.SKIPPED, error=f"{word}: {because}")


def _save(run: Run, **values: Any) -> RunState:
    for name, value in values.items():
        setattr(run, name, value)
    run.save(update_fields=list(values))
    return RunState(run.state)
