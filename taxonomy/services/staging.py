"""Writes a load's rows in chunks, out of sight: a staged review that nobody is shown.

Between two chunks any other writer gets its turn, and a load that is killed leaves nothing but a
staged review, which the next load sweeps away.
"""

import datetime as dt
import logging
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models.sql import InsertQuery
from django.utils import timezone

from reviewdb.common.processes import is_known_dead, process_name
from reviewdb.reviews.models import Review, Study

Item = TypeVar("Item")
CHUNK = 500  # rows: a few ms of SQLite's write lock
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


def stage_write(stage: Review, rows: Iterable[models.Model]) -> None:
    """Create rows of one model in chunks, each in a transaction of its own, with a sign of life.

    The statements are made before the transaction: making them takes ten times as long as the
    database needs to run them, and would keep other writers waiting.
    """
    for chunk in chunks(rows):
        statements = _statements(chunk)
        with transaction.atomic():
            with connection.cursor() as cursor:
                for sql, values in statements:
                    cursor.execute(sql, values)
            Review.everything.filter(pk=stage.pk).update(staged_at=timezone.now())


def _statements(rows: list[models.Model]) -> list[tuple[str, Sequence[Any]]]:
    """Return the statements with which ``bulk_create`` would create the rows."""
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]  # noqa: SLF001 - Django's public Meta
    size = connection.ops.bulk_batch_size(fields, rows)
    statements: list[tuple[str, Sequence[Any]]] = []
    for start in range(0, len(rows), size):
        query = InsertQuery(model)
        query.insert_values(fields, rows[start : start + size])
        statements += query.get_compiler(connection=connection).as_sql()
    return statements


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
