"""A Celery worker's background thread: records a heartbeat and recovers lost runs.

Only workers import this module (`reviewdb/celery.py`). The thread belongs to the worker's main
process, which runs no jobs, so a long benchmark does not delay the heartbeat.
"""

import logging
import os
import threading
from datetime import timedelta
from typing import Any

from celery.signals import (
    worker_init,
    worker_process_init,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)
from django.db import Error as DatabaseProblem
from django.db import connections
from django.utils import timezone

from benchmarks.models import WorkerBeat
from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.data_root import datasets_here
from benchmarks.running.execution import stop_all
from benchmarks.services.upkeep import results_link, runs_requeue_lost, runs_resend
from reviewdb.common.processes import is_known_dead, process_name, stop_with

log = logging.getLogger(__name__)

BEAT_SECONDS = 3.0
IDLE_SECONDS = 15.0
DELETE_AFTER = timedelta(days=1)


class Beat(threading.Thread):
    """A thread that records a heartbeat every few seconds and recovers runs without a worker."""

    def __init__(self) -> None:
        super().__init__(name="worker-beat", daemon=True)
        self._ended = threading.Event()

    def run(self) -> None:
        """Beat until ``end`` is called; database errors are logged and do not end the thread."""
        is_first = True
        while True:
            try:
                tick(is_first=is_first)
                is_first = False
            except DatabaseProblem:
                log.exception("the worker could not reach its database")
            finally:
                connections.close_all()
            if self._ended.wait(BEAT_SECONDS):
                return

    def end(self) -> None:
        """Stop beating and delete this worker's heartbeat row."""
        self._ended.set()
        self.join(timeout=BEAT_SECONDS)
        try:
            WorkerBeat.objects.filter(name=process_name()).delete()
        except DatabaseProblem:
            log.exception("the worker could not delete its heartbeat row")


def tick(*, is_first: bool) -> None:
    """Beat once, queue lost runs again, and resend messages of queued runs."""
    now = timezone.now()
    beat = {"seen_at": now, "datasets": _datasets()}
    WorkerBeat.objects.update_or_create(name=process_name(), defaults=beat)
    for run_id in runs_requeue_lost(now=now):
        log.warning("run %s was lost and is queued again", run_id)
    resent = runs_resend(idle_seconds=0.0 if is_first else IDLE_SECONDS)
    if resent:
        log.info("messages sent again for waiting runs %s", resent)
    if is_first:
        results_link()
        _delete_dead(now - DELETE_AFTER)


def _datasets() -> list[str]:
    """Return the data sets that this machine has and some benchmark can use."""
    asked_for = dict.fromkeys(name for card in BENCHMARKS.values() for name in card.datasets)
    try:
        return list(datasets_here(asked_for))
    except NotADirectoryError as error:
        log.warning("%s", error)
        return []


def _delete_dead(before: Any) -> None:
    gone = [b.pk for b in WorkerBeat.objects.all() if b.seen_at < before or is_known_dead(b.name)]
    WorkerBeat.objects.filter(pk__in=gone).delete()


_beats: list[Beat] = []


@worker_init.connect
def keep_private(**_: Any) -> None:
    """Make files that the worker writes readable for its own account only."""
    os.umask(0o077)


@worker_ready.connect
def begin(**_: Any) -> None:
    """Start beating once the worker can take jobs."""
    beat = Beat()
    _beats.append(beat)
    beat.start()


@worker_process_init.connect
def follow_worker(**_: Any) -> None:
    """End a pool process together with its worker, even if the worker is killed by SIGKILL."""
    stop_with(os.getppid())  # without a thread, which would delay the worker's own stop


@worker_shutting_down.connect
def give_back(**_: Any) -> None:
    """Make running attempts stop their engine and queue their run again."""
    stop_all()


@worker_shutdown.connect
def end(**_: Any) -> None:
    """Stop beating."""
    while _beats:
        _beats.pop().end()
