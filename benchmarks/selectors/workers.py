"""Reads of live workers and of the data sets that they have."""

from datetime import timedelta

from django.utils import timezone

from benchmarks.models import WorkerBeat
from reviewdb.common.processes import is_known_dead

ALIVE_WITHIN = timedelta(seconds=15)


def live_workers() -> list[WorkerBeat]:
    """Return the workers with a recent heartbeat that are not known to be dead."""
    seen = WorkerBeat.objects.filter(seen_at__gte=timezone.now() - ALIVE_WITHIN)
    return [beat for beat in seen if not is_known_dead(beat.name)]


def has_live_worker() -> bool:
    """Return whether a worker is alive."""
    return bool(live_workers())


def datasets_of_workers() -> frozenset[str] | None:
    """Return the data sets that every live worker has, because any of them may take a run.

    None if no worker is alive.
    """
    reported = [frozenset(beat.datasets) for beat in live_workers()]
    return frozenset.intersection(*reported) if reported else None
