"""The first page: what was found, how, and what has been measured."""

from itertools import chain

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from benchmarks.selectors import run_list, taxonomy_tree_with_results
from benchmarks.selectors.tree import MeasuredNode
from frontend.views.current import reader, review_context, with_review
from reviewdb.common.vega import chart_svg
from reviewdb.common.web.permissions import allowed
from reviewdb.reviews.models import Review
from reviewdb.reviews.models.studies import Evidence
from reviewdb.reviews.selectors.reviews import review_list
from taxonomy.counting.charts import (
    studies_per_node,
    studies_per_year,
    tasks_as_published,
)
from taxonomy.counting.reconciliation import by_cause
from taxonomy.exports.registry import FORMATS
from taxonomy.selectors.flow import flow_diagram
from taxonomy.selectors.tables import reconciliation, strategies_table, tasks_table

RUNS_SHOWN = 5


@require_safe
@with_review
def overview(request: HttpRequest, review: Review) -> HttpResponse:
    """Return the review's flow, counts and charts, and the newest runs."""
    tree = taxonomy_tree_with_results(review)
    studies = list(review.studies.values_list("year", "evidence"))
    strategies = strategies_table(review)
    causes = by_cause(reconciliation(review))
    context = {
        **review_context(request, review),
        "reviews": list(review_list(reader(request))),
        "may": allowed(reader(request), ("members.read",), review),
        "counts": _counts(tree, studies),
        "causes": causes,
        "difference_count": sum(map(len, causes)),
        "flow_svg": flow_diagram(review),
        "flow_formats": FORMATS.get("flow", ()),
        "charts": [
            chart_svg(studies_per_node(strategies, studies=len(studies))),
            chart_svg(studies_per_year([year for year, _ in studies])),
            chart_svg(tasks_as_published(tasks_table(review))),
        ],
        "runs": list(run_list()[:RUNS_SHOWN]),
    }
    return render(request, "frontend/overview.html", context)


def _counts(tree: list[MeasuredNode], studies: list[tuple[int | None, str]]) -> dict[str, int]:
    leaves = [node for node in _walk(tree) if not node["children"]]
    return {
        "studies": len(studies),
        "identified": sum(
            evidence not in (Evidence.UNRESOLVED, Evidence.INFERRED) for _, evidence in studies
        ),
        "inferred": sum(evidence == Evidence.INFERRED for _, evidence in studies),
        "approaches": sum(node["approaches"] for node in tree),
        "leaves": len(leaves),
        "leaves_filed": sum(node["approaches"] > 0 for node in leaves),
        "leaves_measured": sum(node["results"] > 0 for node in leaves),
        "results": sum(node["results"] for node in tree),
    }


def _walk(nodes: list[MeasuredNode]) -> list[MeasuredNode]:
    below = chain.from_iterable([node, *_walk(node["children"])] for node in nodes)
    return list(below)
