"""Reads of runs and of their progress."""

from datetime import datetime
from typing import TypedDict

from django.db.models import QuerySet

from benchmarks.models import FINAL_STATES, Run, RunState, Step, StepState
from benchmarks.selectors.times import WORK_LEFT, seconds_left


class Progress(TypedDict):
    """The progress of a run."""

    state: str
    reason: str
    steps_total: int
    steps_done: int
    current_label: str
    step_done: int
    step_total: int
    eta_seconds: float | None
    queue_position: int | None
    device: str
    attempt: int
    heartbeat_at: datetime | None


def run_list(*, state: str = "", benchmark: str = "") -> QuerySet[Run]:
    """Return runs, newest first, without their plans."""
    runs = Run.objects.defer("plan").select_related("requested_by").order_by("-pk")
    if state:
        runs = runs.filter(state=state)
    if benchmark:
        runs = runs.filter(benchmark=benchmark)
    return runs


def run_get(run_id: int) -> Run:
    """Return the run without its plan; raises Run.DoesNotExist."""
    return Run.objects.defer("plan").select_related("requested_by", "retry_of").get(pk=run_id)


def run_progress(run: Run) -> Progress:
    """Return the run's progress, in at most five queries; ``eta_seconds`` is null until known.

    For a queued run it is the duration of the run itself, without the waiting time.
    """
    steps: list[Step] = list(run.steps.defer("address", "position", "error"))
    current = next((step for step in steps if step.state == StepState.RUNNING), None)
    is_running = run.state == RunState.RUNNING
    return Progress(
        state=run.state,
        reason=run.reason,
        steps_total=len(steps),
        steps_done=_done(run, steps),
        current_label=current.label if current and is_running else "",
        step_done=current.done if current and is_running else 0,
        step_total=current.total if current and is_running else 0,
        eta_seconds=None if run.state in FINAL_STATES else seconds_left(run, steps),
        queue_position=queue_position(run),
        device=device_words(run),
        attempt=run.attempt,
        heartbeat_at=run.heartbeat_at,
    )


def _done(run: Run, steps: list[Step]) -> int:
    """Return how many steps are done; steps closed because the run ended early do not count."""
    was_cut_short = run.state in (RunState.FAILED, RunState.CANCELLED)
    left = (*WORK_LEFT, StepState.SKIPPED) if was_cut_short else WORK_LEFT
    return sum(step.state not in left for step in steps)


def device_words(run: Run) -> str:
    """Return the run's device, such as ``cuda:0 (its name)``; empty until the engine reports it."""
    device = run.provenance.get("device") or ""
    if not isinstance(device, dict):
        return str(device)
    name = device.get("name")
    return f"{device.get('device', '')} ({name})" if name else str(device.get("device", ""))


def queue_position(run: Run) -> int | None:
    """Return the run's place in the queue, 1 for the next; None if it is not queued."""
    if run.state != RunState.QUEUED:
        return None
    return Run.objects.filter(state=RunState.QUEUED, pk__lte=run.pk).count()
