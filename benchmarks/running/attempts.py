"""The fence decides which attempt may write to a run. Every change of a run's state is here.

The database row decides, not the broker: a message only names a run to look at. The worker that
changes ``queued`` to ``running`` writes a new fence number. Every later write checks that number,
so an attempt that has lost the run stops without writing.
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
"""The error text of unfinished steps, by the final state of their run."""


class FenceLostError(Exception):
    """The attempt no longer holds the run and must stop without writing."""


@dataclass(frozen=True)
class Attempt:
    """The right to work on a run, valid while the row has the same fence number."""

    run_id: int
    number: int
    fence: str

    def rows(self) -> models.QuerySet[Run]:
        """Return a queryset of the run's row, empty if this attempt no longer holds the run."""
        return Run.objects.filter(pk=self.run_id, state=RunState.RUNNING, fence=self.fence)


def claim(run_id: int) -> Attempt | None:
    """Start an attempt at a queued run and return it; None if the run is not queued.

    A run whose worker is known to be dead is queued again first.
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
    """Set unfinished steps of an earlier attempt back to waiting."""
    again = (StepState.RUNNING, StepState.FAILED, StepState.SKIPPED)
    Step.objects.filter(run_id=run_id, state__in=again).update(
        state=StepState.WAITING, done=0, error="", started_at=None
    )


def beat(attempt: Attempt) -> None:
    """Record a heartbeat; raises FenceLostError if the attempt no longer holds the run."""
    if not attempt.rows().update(heartbeat_at=timezone.now()):
        raise FenceLostError(attempt.run_id)


def is_cancel_requested(attempt: Attempt) -> bool:
    """Return whether cancelling was requested; raises FenceLostError if the run was lost."""
    row = attempt.rows().values_list("cancel_requested_at", flat=True).first()
    if row is None and not attempt.rows().exists():
        raise FenceLostError(attempt.run_id)
    return row is not None


def cancel(run: Run, now: datetime) -> None:
    """Cancel a queued run, or request that a running one stops; the row must be locked.

    A running run whose worker is dead is cancelled at once.
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
    """Queue the run again because its worker was asked to stop; return the new state."""
    with transaction.atomic():
        run = _held(attempt)
        return _queue_again(run, reason, timezone.now())


def lose(attempt: Attempt, reason: str) -> RunState:
    """End an attempt whose engine died; return ``queued``, or ``failed`` after too many losses."""
    with transaction.atomic():
        run = _held(attempt)
        return _count_loss(run, reason, timezone.now())


def lost_because(run: Run, now: datetime) -> str:
    """Return why a running run counts as lost, or an empty text if its attempt seems alive."""
    if is_known_dead(run.worker):
        return "its worker died"
    patience = timedelta(seconds=settings.REVIEWDB_RUN_LOST_SECONDS)
    if run.heartbeat_at is None or now - run.heartbeat_at > patience:
        return f"its worker was silent for more than {patience.total_seconds():.0f} s"
    return ""


def end_lost(run: Run, now: datetime) -> RunState | None:
    """Queue again, fail or cancel a lost run; return its new state, or None if it is not lost.

    The row must be locked.
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
        reason = f"attempt {run.attempt} was lost: {because}; queued again, finished steps are kept"
        return _queue_again(run, reason, now)
    reason = f"given up after {run.losses} lost attempts; the last one: {because}"
    return _end(run, RunState.FAILED, reason, now)


def _queue_again(run: Run, reason: str, now: datetime) -> RunState:
    if run.cancel_requested_at is not None:
        return _end(run, RunState.CANCELLED, "cancelled; its attempt had already ended", now)
    _reopen_steps(run.pk)
    return _save(run, state=RunState.QUEUED, reason=reason, fence="", worker="", losses=run.losses)


def _end(run: Run, state: RunState, reason: str, now: datetime) -> RunState:
    _close_steps(run.pk, ENDED[state])
    return _save(run, state=state, reason=reason, fence="", losses=run.losses, finished_at=now)


def _close_steps(run_id: int, because: str) -> None:
    """Store in each unfinished step why it will not finish."""
    steps = Step.objects.filter(run_id=run_id)
    for state, word in ((StepState.RUNNING, "not finished"), (StepState.WAITING, "not begun")):
        steps.filter(state=state).update(state=StepState.SKIPPED, error=f"{word}: {because}")


def _save(run: Run, **values: Any) -> RunState:
    for name, value in values.items():
        setattr(run, name, value)
    run.save(update_fields=list(values))
    return RunState(run.state)
