"""Writes the rows of a load in chunks to a staged review, which no page or endpoint shows.

Other writers can work between two chunks. A killed load leaves only a staged review, which the next
load deletes.
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
CHUNK = 500  # rows: SQLite's write lock is held for a few ms
SILENCE = dt.timedelta(
    hours=1
)  # without a heartbeat, after which a load on another host counts as dead
PREFIX = "~"  # slugs of other reviews cannot start with it
logger = logging.getLogger(__name__)


@contextmanager
def staged() -> Iterator[Review]:
    """Yield a new hidden review; whatever is left of it at the end is deleted."""
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
    """Create rows of one model in chunks, each in its own transaction with a heartbeat.

    The SQL is compiled before the transaction, because compiling takes ten times as long as
    executing and would block other writers.
    """
    for chunk in chunks(rows):
        statements = _statements(chunk)
        with transaction.atomic():
            with connection.cursor() as cursor:
                for sql, values in statements:
                    cursor.execute(sql, values)
            Review.everything.filter(pk=stage.pk).update(staged_at=timezone.now())


def _statements(rows: list[models.Model]) -> list[tuple[str, Sequence[Any]]]:
    """Return the SQL statements with which ``bulk_create`` would create the rows."""
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
    """Delete staged reviews of killed loads; return how many."""
    dead = [
        stage
        for stage in Review.everything.exclude(staged_at=None)
        if is_known_dead(stage.title) or _silence(stage) > SILENCE
    ]
    for stage in dead:
        logger.info("deleted what a killed load left behind: %s", stage.title)
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
