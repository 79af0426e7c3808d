"""Is anybody there to work?"""

from datetime import timedelta

from django.utils import timezone

from benchmarks.models import WorkerBeat
from reviewdb.common.processes import is_known_dead

ALIVE_WITHIN = timedelta(seconds=15)


def has_live_worker() -> bool:
    """Return whether some worker was seen in the last seconds and is not known to be dead."""
    seen = WorkerBeat.objects.filter(seen_at__gte=timezone.now() - ALIVE_WITHIN)
    return any(not is_known_dead(name) for name in seen.values_list("name", flat=True))
