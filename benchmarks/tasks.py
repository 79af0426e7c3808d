"""Celery jobs: execute a run, and send the message about one."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from benchmarks.running.execution import Outcome, execute, is_stop_requested

log = logging.getLogger(__name__)


@shared_task(name="benchmarks.run_execute")
def run_execute(run_id: int) -> None:
    """Make one attempt at a queued run; does nothing if the run is taken or has ended."""
    # A worker that is shutting down would take its own message; the next worker finds queued runs.
    if execute(run_id) is Outcome.QUEUED_AGAIN and not is_stop_requested():
        run_send(run_id)


def run_send(run_id: int) -> bool:
    """Send the message about a run; return False, with a log line, if no broker answers.

    The run then stays queued. Workers look for such runs when they start and while they are idle.
    """
    try:
        run_execute.delay(run_id)
    except (OperationalError, OSError) as error:
        log.warning("run %s is queued, but no broker took the message: %s", run_id, error)
        return False
    return True
