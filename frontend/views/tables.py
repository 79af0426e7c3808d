"""The review's tables as counted, beside what was printed, and their files."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontend.views.current import review_context, with_review
from reviewdb.reviews.models import Review
from taxonomy.counting.reconciliation import STRATEGIES, Reconciled, by_cause
from taxonomy.counting.tables import StrategyRow
from taxonomy.exports.registry import FORMATS
from taxonomy.selectors.tables import reconciliation, strategies_table, tasks_table


@require_safe
@with_review
def tables(request: HttpRequest, review: Review) -> HttpResponse:
    """Return strategies and tasks, published against counted."""
    rows = reconciliation(review)
    differences = [row for row in rows if row["agrees"] is False]
    context = {
        **review_context(request, review),
        "total": review.studies.count(),
        "strategies": [_with_published(row, rows) for row in strategies_table(review)],
        "tasks": tasks_table(review),
        "differences": differences,
        "causes": len(by_cause(rows)),
        "others": [row for row in rows if row["agrees"] is not False],
        "agreeing": sum(row["agrees"] is True for row in rows),
        "checked": sum(row["agrees"] is not None for row in rows),
        "unchecked": sum(row["agrees"] is None for row in rows),
        "exports": FORMATS,
        "documents": list(review.documents.all()),
    }
    return render(request, "frontend/tables.html", context)


class ComparedStrategy(StrategyRow):
    """A row of the strategies table with its printed counts; null where none were printed."""

    published: Reconciled | None
    published_percent: Reconciled | None


def _with_published(row: StrategyRow, reconciled: list[Reconciled]) -> ComparedStrategy:
    """Return a row of the strategies table with its printed counts, where there are any."""
    name = " / ".join(level for level in (row["type"], row["subtype"], row["subsubtype"]) if level)
    found = [r for r in reconciled if r["table"] == STRATEGIES and r["row"] == name]
    approaches = next((r for r in found if r["column"] == "approaches"), None)
    percent = next((r for r in found if r["column"].startswith("percent")), None)
    return {**row, "published": approaches, "published_percent": percent}
