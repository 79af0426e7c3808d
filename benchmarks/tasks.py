"""Celery's door."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from benchmarks.running.execution import Outcome, execute, is_stop_requested

log = logging.getLogger(__name__)


@shared_task(name="benchmarks.run_execute")
def run_execute(run_id: int) -> None:
    """Make one attempt at a queued run; a delivery of a run that is taken or over does nothing."""
    # A worker that shuts down would swallow its own message: the next one looks for waiting runs.
    if execute(run_id) is Outcome.QUEUED_AGAIN and not is_stop_requested():
        run_send(run_id)


def run_send(run_id: int) -> bool:
    """Send the message about a run; return False, with a log line, where no broker answers.

    The run stays queued then: workers look for such runs when they start and while they idle.
    """
    try:
        run_execute.delay(run_id)
    except (OperationalError, OSError) as error:
        log.warning("run %s is queued, but no broker took the message: %s", run_id, error)
        return False
    return True
