"""Source documents: their tables as printed, and whether their text agrees with them."""

from collections.abc import Sequence
from typing import TypedDict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from benchmarks.findings.reproduction import DOCUMENT
from benchmarks.selectors.source_selection import DEFAULT_BENCHMARK
from frontend.views.current import reader
from taxonomy.counting.rows import Cell, PublishedRow
from taxonomy.selectors.published import document_json, document_list

ROWS = 200  # of one table; the API returns all


class ShownColumn(TypedDict):
    """A column's heading; numbers stand at the right."""

    name: str
    is_number: bool


class ShownCell(TypedDict):
    """A cell as printed."""

    text: Cell
    is_number: bool


class ShownTable(TypedDict):
    """The first rows of a table; ``more`` counts the others."""

    name: str
    columns: list[ShownColumn]
    count: int
    more: int
    rows: list[list[ShownCell]]


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """Return the documents that one may read."""
    context = {"documents": list(document_list(reader(request)))}
    return render(request, "frontend/published_list.html", context)


@require_safe
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """Return one document: its statements checked, its tables as printed."""
    found = document_json(slug, reader(request))
    statements = found["statements"]
    context = {
        "document": found,
        "statements": statements,
        "agreeing": sum(row["agrees"] is True for row in statements),
        "unknown": sum(row["agrees"] is None for row in statements),
        "reproduced_at": DEFAULT_BENCHMARK if slug == DOCUMENT else "",
        "tables": [_table(name, rows) for name, rows in found["tables"].items()],
    }
    return render(request, "frontend/published.html", context)


def _table(name: str, rows: Sequence[PublishedRow]) -> ShownTable:
    names = list(dict.fromkeys(column for row in rows for column in row))
    numeric = {
        column: all(isinstance(row.get(column), int | float | None) for row in rows)
        for column in names
    }
    return {
        "name": name,
        "columns": [{"name": column, "is_number": numeric[column]} for column in names],
        "count": len(rows),
        "more": max(0, len(rows) - ROWS),
        "rows": [
            [{"text": row.get(column), "is_number": numeric[column]} for column in names]
            for row in rows[:ROWS]
        ],
    }
