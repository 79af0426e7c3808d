"""Reads of the tables and statements of source documents."""

from collections import Counter
from typing import Any, TypedDict

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from reviewdb.common.errors import RuleViolation
from reviewdb.common.tables_in.terms import folded
from reviewdb.reviews.models import Review
from reviewdb.reviews.selectors.reviews import User, visible_reviews
from taxonomy.counting.reconciliation import TASKS
from taxonomy.counting.rows import Cell, PublishedRow, PublishedTables, as_cell, with_numbers
from taxonomy.counting.tables import TASK_COUNTS
from taxonomy.models import Document, PublishedValue
from taxonomy.statements import Statement, statements
from taxonomy.statements.comparisons import PublishedComparison, comparisons


class StatedNumbers(TypedDict):
    """What a document's text says of its tables; ``warning`` says why nothing could be checked."""

    statements: list[Statement]
    warning: str


class PublishedDocument(StatedNumbers):
    """A source document with its tables as printed, by name; ``document`` is its slug."""

    document: str
    title: str
    citation: str
    doi: str
    tables: dict[str, list[PublishedRow]]


def document_json(slug: str, user: User | None = None) -> PublishedDocument:
    """Return a document's tables and the statements about them; Http404 if it is not visible."""
    seen = visible_reviews(user or AnonymousUser())
    document = get_object_or_404(
        Document.objects.filter(Q(review=None) | Q(review__in=seen)), slug=slug
    )
    tables = _tables(PublishedValue.objects.filter(document=document).values_list(*COLUMNS))
    return {
        "document": document.slug,
        "title": document.title,
        "citation": document.citation,
        "doi": document.doi,
        "tables": tables,
        **_stated(document.slug, tables),
    }


def _stated(slug: str, tables: PublishedTables) -> StatedNumbers:
    """Return the statements, and a warning if the stored tables lack cells that they need."""
    try:
        return {"statements": statements(slug, tables), "warning": ""}
    except RuleViolation as violation:
        return {"statements": [], "warning": violation.message}


def document_comparisons(document: Document) -> list[PublishedComparison]:
    """Return the comparisons that a document's tables print, with whether they recount."""
    tables = _tables(PublishedValue.objects.filter(document=document).values_list(*COLUMNS))
    return comparisons(document.slug, tables, _stated(document.slug, tables)["statements"])


COLUMNS = ("table", "row", "column", "text", "number")


def review_tables(review: Review) -> PublishedTables:
    """Return the tables of the review's own document, by name."""
    cells = PublishedValue.objects.filter(document__review=review)
    return _tables(cells.values_list(*COLUMNS))


def published_studies(review: str) -> dict[tuple[str, str], int]:
    """Return the study counts of a review's Table 3, by (task or application, folded name).

    An application listed under several tasks is left out, because a study may be in each of them.
    """
    cells = PublishedValue.objects.filter(document__review__slug=review, table=TASKS)
    rows = with_numbers(_tables(cells.values_list(*COLUMNS)).get(TASKS, ()), TASK_COUNTS)
    names = Counter(folded(str(row["application"])) for row in rows)
    stated = {("task", folded(str(row["task"]))): int(str(row["task_studies"])) for row in rows}
    return stated | {
        ("application", name): int(str(row["studies"]))
        for row in rows
        if names[name := folded(str(row["application"]))] == 1
    }


def _tables(cells: Any) -> dict[str, list[PublishedRow]]:
    rows: dict[tuple[str, int], dict[str, Cell]] = {}
    for table, row, column, text, number in cells:
        rows.setdefault((table, row), {})[column] = as_cell(text, number)
    tables: dict[str, list[PublishedRow]] = {}
    for (table, _), row in rows.items():
        tables.setdefault(table, []).append(row)
    return tables


def document_list(user: User) -> QuerySet[Document]:
    """Return the documents that belong to no review, or to one that the user may read."""
    return Document.objects.filter(Q(review=None) | Q(review__in=visible_reviews(user)))
