"""Reads of results: by filter, by taxonomy node, by study."""

from typing import Any

from django.db.models import Q, QuerySet

from benchmarks.models import Result
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.result_row import NODE, SHOWN, WORST_SITE, worst_site
from benchmarks.selectors.evidence import evidence_results
from reviewdb.reviews.models import Study
from reviewdb.reviews.selectors.reviews import User, visible_reviews
from taxonomy.models import Node

REFERENCED_REVIEW = "valverde2021"
"""The review whose reference numbers the cards use in ``references``."""


ShownResult = dict[str, Any]
"""A result as API, pages and files show it: ``id``, ``run``, ``benchmark``, then what SHOWN names.

API and files also show what WORST_SITE names.

Not a TypedDict, since a new column is to be named in `ResultRow` and in the model alone.
"""


def result_list(*, run: int | None = None) -> QuerySet[Result]:
    """Return results, of one run or of all, with run and node, oldest first."""
    rows = _rows().order_by("pk")
    return rows if run is None else rows.filter(run_id=run)


def results_for_node(path: str) -> QuerySet[Result]:
    """Return the results at a node and below that count as evidence."""
    return evidence_results(_rows().filter(below(path)))


def results_for_study(study: Study) -> QuerySet[Result]:
    """Return the evidence results of the strategies whose cards cite the study."""
    if study.review.slug != REFERENCED_REVIEW:
        return _rows().none()
    cited = [card.slug for card in STRATEGIES.values() if study.key in card.references]
    return evidence_results(_rows().filter(strategy__in=cited))


def result_row(result: Result) -> ShownResult:
    """Return a result as the API shows it; ``run``, ``node`` and ``detail`` must be loaded."""
    worst = worst_site(result.detail) or {"site": None, "people": None, "mean": None}
    values = (worst["site"], worst["people"], worst["mean"])
    return column_row(result) | dict(zip(WORST_SITE, values, strict=True))


def column_row(result: Result) -> ShownResult:
    """Return a result's columns, for which ``detail`` need not be loaded."""
    about = {"id": result.pk, "run": result.run_id, "benchmark": result.run.benchmark}
    return about | {name: _shown(result, name) for name in SHOWN}


def _shown(result: Result, name: str) -> Any:
    """Return a column's value, with null for an empty text."""
    if name == NODE:
        return result.node.path if result.node else None
    value = getattr(result, name)
    return None if value == "" else value


def node_paths(user: User) -> list[str]:
    """Return the node paths by which results can be filtered: those of trees the user may see.

    Everybody may see shared trees. Only members may see a private review's own tree.
    """
    seen = Q(taxonomy__review=None) | Q(taxonomy__review__in=visible_reviews(user))
    return list(
        Node.objects.filter(seen).order_by("path").values_list("path", flat=True).distinct()
    )


def distinct_values(field: str) -> list[str]:
    """Return the distinct values of a column of the results."""
    return sorted(Result.objects.order_by().values_list(field, flat=True).distinct())


def _rows() -> QuerySet[Result]:
    return Result.objects.select_related("run", "node").defer("run__plan")


def below(path: str) -> Q:
    """Return the condition on a result that it is filed at the node or below."""
    return Q(node__path=path) | Q(node__path__startswith=f"{path}/")
