"""Writes a load's rows in chunks, out of sight: a staged review that nobody is shown.

Between two chunks any other writer gets its turn, and a load that is killed leaves nothing but a
staged review, which the next load sweeps away.
"""

import datetime as dt
import logging
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from django.db import models, transaction
from django.utils import timezone

from reviewdb.common.processes import is_known_dead, process_name
from reviewdb.reviews.models import Review, Study

Item = TypeVar("Item")
Row = TypeVar("Row", bound=models.Model)
CHUNK = 500  # rows: some 15 ms of SQLite's write lock
SILENCE = dt.timedelta(hours=1)  # of a load on another host, after which it is taken for dead
PREFIX = "~"  # no review's own slug can start with it
logger = logging.getLogger(__name__)


@contextmanager
def staged() -> Iterator[Review]:
    """Yield a new review that nobody is shown; what is left of it at the end is deleted."""
    slug = f"{PREFIX}{secrets.token_hex(16)}"
    stage = Review.everything.create(
        slug=slug, title=process_name(), is_public=False, staged_at=timezone.now()
    )
    try:
        yield stage
    finally:
        left = Review.everything.filter(pk=stage.pk, slug=slug).first()
        if left:
            stage_discard(left)


def stage_write(stage: Review, rows: Iterable[Row], manager: "models.Manager[Row]") -> None:
    """Create the rows in chunks, each in a transaction of its own, with a sign of life."""
    for chunk in chunks(rows):
        with transaction.atomic():
            manager.bulk_create(chunk)
            Review.everything.filter(pk=stage.pk).update(staged_at=timezone.now())


def stages_sweep() -> int:
    """Delete what killed loads left behind; returns how many."""
    dead = [
        stage
        for stage in Review.everything.exclude(staged_at=None)
        if is_known_dead(stage.title) or _silence(stage) > SILENCE
    ]
    for stage in dead:
        logger.info("swept what a load left behind: %s", stage.title)
        stage_discard(stage)
    return len(dead)


def _silence(stage: Review) -> dt.timedelta:
    now = timezone.now()
    return now - (stage.staged_at or now)


def stage_discard(stage: Review) -> None:
    """Delete a staged review and its rows, in chunks."""
    studies = Study.objects.filter(review=stage).order_by("pk").values_list("pk", flat=True)
    while found := list(studies[:CHUNK]):
        Study.objects.filter(pk__in=found).delete()
    stage.delete()


def chunks(rows: Iterable[Item]) -> Iterator[list[Item]]:
    """Return the rows in lists of at most ``CHUNK``."""
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
