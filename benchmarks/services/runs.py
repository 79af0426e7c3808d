"""Writes that people ask for: request, cancel, retry; and what workers do to keep runs alive."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from benchmarks.models import FINAL_STATES, Result, Run, RunState, Step
from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.errors import PlanError
from benchmarks.plan.spec import RunSpec
from benchmarks.plan.steps import Plan
from benchmarks.running import attempts
from benchmarks.running.attempts import WAITING, end_lost
from benchmarks.running.recording import node_ids
from benchmarks.tasks import run_send
from reviewdb.common.errors import RuleViolation


def run_request(
    *,
    benchmark: str,
    profile: str,
    strategies: Sequence[str] | None = None,
    seeds: int | None = None,
    requested_by: User | None = None,
    retry_of: Run | None = None,
) -> Run:
    """Return the new queued run; raises RuleViolation naming the field and its choices."""
    spec, plan = run_plan(benchmark=benchmark, profile=profile, strategies=strategies, seeds=seeds)
    run = Run(
        benchmark=spec.benchmark,
        profile=spec.profile,
        strategies=list(spec.strategies),
        seeds=spec.seeds,
        plan=plan.as_json(),
        reason=WAITING,
        requested_by=requested_by,
        retry_of=retry_of,
    )
    run.full_clean()
    with transaction.atomic():
        run.save()
        Step.objects.bulk_create(_step_rows(run, plan))
        transaction.on_commit(partial(run_send, run.pk))
    return run


def run_plan(
    *,
    benchmark: str,
    profile: str,
    strategies: Sequence[str] | None = None,
    seeds: int | None = None,
) -> tuple[RunSpec, Plan]:
    """Return the checked request and its plan; raises RuleViolation naming the field."""
    try:
        spec = request_spec(
            benchmark=benchmark, profile=profile, strategies=strategies, seeds=seeds
        )
        return spec, build_plan(spec)
    except PlanError as error:
        field = "strategies" if error.field == "strategy" else error.field
        raise RuleViolation(f"{field}: {error.message}", {field: [error.message]}) from None


def _step_rows(run: Run, plan: Plan) -> list[Step]:
    return [
        Step(
            run=run,
            address=step.address,
            position=position,
            kind=step.kind,
            strategy=step.fields.get("strategy", ""),
            label=step.label[:300],
        )
        for position, step in enumerate(plan.steps)
    ]


def run_cancel(*, run_id: int) -> Run:
    """Return the run, cancelled at once where it waits; a running one stops within 5 s.

    Raises RuleViolation for a run that has already ended.
    """
    with transaction.atomic():
        run = Run.objects.select_for_update().defer("plan").get(pk=run_id)
        if run.state in FINAL_STATES:
            message = f"run {run_id} has already {_ended(run)}"
            raise RuleViolation(message, {"state": [message]})
        attempts.cancel(run, timezone.now())
    return run


def _ended(run: Run) -> str:
    return "been cancelled" if run.state == RunState.CANCELLED else run.state


def run_retry(*, run_id: int, requested_by: User | None = None) -> Run:
    """Return a new run of the same request, linked to the old; finished steps are reused.

    Raises RuleViolation while the old one has not ended.
    """
    old = Run.objects.defer("plan").get(pk=run_id)
    if old.state not in FINAL_STATES:
        message = f"run {run_id} is still {old.state}; cancel it first or wait for its end"
        raise RuleViolation(message, {"state": [message]})
    return run_request(
        benchmark=old.benchmark,
        profile=old.profile,
        strategies=old.strategies,
        seeds=old.seeds,
        requested_by=requested_by,
        retry_of=old,
    )


def runs_requeue_lost(*, now: datetime | None = None) -> list[int]:
    """Return the ids of runs whose attempt was lost and that wait again; too many losses fail.

    Lost means: the worker's process on this host is dead, or the heartbeat is stale.
    """
    now = now or timezone.now()
    queued = []
    for run_id in Run.objects.filter(state=RunState.RUNNING).values_list("pk", flat=True):
        with transaction.atomic():
            run = Run.objects.select_for_update().defer("plan").get(pk=run_id)
            if end_lost(run, now) == RunState.QUEUED:
                queued.append(run_id)
                transaction.on_commit(partial(run_send, run_id))
    return queued


def runs_resend(*, idle_seconds: float = 0.0) -> list[int]:
    """Return the ids of waiting runs whose message was sent again; doubles are harmless.

    With ``idle_seconds``, only where nothing runs and the run has waited that long: its message
    must have been lost.
    """
    waiting = Run.objects.filter(state=RunState.QUEUED).order_by("pk")
    if idle_seconds:
        if Run.objects.filter(state=RunState.RUNNING).exists():
            return []
        since = timezone.now() - timedelta(seconds=idle_seconds)
        waiting = waiting.filter(created_at__lt=since)
    ids = list(waiting.values_list("pk", flat=True))
    return [run_id for run_id in ids if run_send(run_id)]


def results_link() -> int:
    """Return how many results measured before the taxonomy was loaded are now filed in it."""
    nodes = node_ids()
    linked = 0
    with transaction.atomic():
        for card in STRATEGIES.values():
            if card.node in nodes:
                rows = Result.objects.filter(strategy=card.slug, node=None)
                linked += rows.update(node_id=nodes[card.node])
    return linked
