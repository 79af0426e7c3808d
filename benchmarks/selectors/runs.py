"""Reads of runs and of how far they are."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict

from django.db.models import Avg, QuerySet
from django.utils import timezone

from benchmarks.models import Run, RunState, Step, StepState

WORK_LEFT = (StepState.WAITING, StepState.RUNNING)


class Progress(TypedDict):
    """How far a run is."""

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
    """Return how far a run is, in at most four queries; ``eta_seconds`` is null until known."""
    steps = list(
        run.steps.only(
            "run", "kind", "label", "state", "done", "total", "started_at", "wall_seconds"
        )
    )
    current = next((step for step in steps if step.state == StepState.RUNNING), None)
    is_running = run.state == RunState.RUNNING
    return Progress(
        state=run.state,
        reason=run.reason,
        steps_total=len(steps),
        steps_done=sum(step.state not in WORK_LEFT for step in steps),
        current_label=current.label if current and is_running else "",
        step_done=current.done if current and is_running else 0,
        step_total=current.total if current and is_running else 0,
        eta_seconds=_seconds_left(run, steps) if is_running else None,
        queue_position=queue_position(run),
        device=device_words(run),
        attempt=run.attempt,
        heartbeat_at=run.heartbeat_at,
    )


def device_words(run: Run) -> str:
    """Return what the run computes on, such as ``cuda:0 (its name)``; empty until it says."""
    device = run.provenance.get("device") or ""
    if not isinstance(device, dict):
        return str(device)
    name = device.get("name")
    return f"{device.get('device', '')} ({name})" if name else str(device.get("device", ""))


def queue_position(run: Run) -> int | None:
    """Return 1 for the run that is next; None for one that does not wait."""
    if run.state != RunState.QUEUED:
        return None
    return Run.objects.filter(state=RunState.QUEUED, pk__lte=run.pk).count()


def _seconds_left(run: Run, steps: Iterable[Step]) -> float | None:
    """Return the sum over open steps of what a step of its kind takes.

    Steps of this run speak first, then those of other runs of the same benchmark and profile. A
    kind that was never timed counts as an average step; None while most open steps are of such.
    """
    costs = _mean_seconds(steps)
    left = [step for step in steps if step.state in WORK_LEFT]
    if unknown := {step.kind for step in left} - set(costs):
        costs.update(_mean_seconds_elsewhere(run, unknown))
    known = [costs[step.kind] for step in left if step.kind in costs]
    if 2 * len(known) < len(left):
        return None
    average = sum(known) / len(known) if known else 0.0
    return round(sum(_rest_of(step, costs.get(step.kind, average)) for step in left), 1)


def _rest_of(step: Step, cost: float) -> float:
    if step.state == StepState.RUNNING and step.done and step.started_at:
        elapsed = (timezone.now() - step.started_at).total_seconds()
        return elapsed / step.done * max(step.total - step.done, 0)
    return cost


def _mean_seconds(steps: Iterable[Step]) -> dict[str, float]:
    taken: dict[str, list[float]] = defaultdict(list)
    for step in steps:
        if step.state == StepState.FINISHED and step.wall_seconds is not None:
            taken[step.kind].append(step.wall_seconds)
    return {kind: sum(seconds) / len(seconds) for kind, seconds in taken.items()}


def _mean_seconds_elsewhere(run: Run, kinds: Iterable[str]) -> dict[str, float]:
    rows: Any = (
        Step.objects.filter(
            run__benchmark=run.benchmark,
            run__profile=run.profile,
            kind__in=kinds,
            state=StepState.FINISHED,
            wall_seconds__isnull=False,
        )
        .order_by()
        .values_list("kind")
        .annotate(seconds=Avg("wall_seconds"))
    )
    return dict(rows)
