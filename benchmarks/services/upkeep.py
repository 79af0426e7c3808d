"""Upkeep by workers: requeues lost runs, resends messages, files results in the taxonomy."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from benchmarks.models import Result, Run, RunState
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.running.attempts import end_lost
from benchmarks.running.recording import node_ids
from benchmarks.tasks import run_send


def runs_requeue_lost(*, now: datetime | None = None) -> list[int]:
    """Queue lost runs again, or fail them after too many losses; return the ids of those queued.

    A run is lost if its worker's process on this host is dead, or if its heartbeat is stale.
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
    """Send the messages of queued runs again; return their ids. Duplicate messages are harmless.

    With ``idle_seconds``, only if nothing is running and the run has been queued for that long,
    because then its message must have been lost.
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
    """File results measured before the taxonomy was loaded; return how many."""
    nodes = node_ids()
    linked = 0
    with transaction.atomic():
        for card in STRATEGIES.values():
            if card.node in nodes:
                rows = Result.objects.filter(strategy=card.slug, node=None)
                linked += rows.update(node_id=nodes[card.node])
    return linked
