"""The taxonomy tree, and a node's page: what studies claim and what was measured."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from benchmarks.findings.measured import HOW_STRATEGIES_COUNT
from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.selectors import results_for_node, taxonomy_tree_with_results
from benchmarks.selectors.evidence import one_reading
from benchmarks.selectors.gaps import gaps_of
from benchmarks.selectors.headline import HOW_COUNTED
from benchmarks.selectors.tree import MeasuredNode
from frontend.presenters.results import pair_tables, scenario_tables
from frontend.views.current import reader, review_context, with_review
from reviewdb.reviews.models import Review
from taxonomy.selectors.nodes import node_approaches, node_get, technique_counts, tree_of

PAGE = 100  # approaches
TECHNIQUES = 100  # the commonest


@require_safe
@with_review
@one_reading()
def tree(request: HttpRequest, review: Review) -> HttpResponse:
    """Return every node with its approaches, distinct studies and results."""
    context = {
        **review_context(request, review),
        "rows": _flat(taxonomy_tree_with_results(review)),
        "taxonomy": tree_of(review),
        "total": review.studies.count(),
        "how_counted": HOW_COUNTED,
    }
    return render(request, "frontend/taxonomy.html", context)


@require_safe
@with_review
@one_reading()
def node(request: HttpRequest, review: Review, path: str) -> HttpResponse:
    """Return one node: strategies and their results, techniques, studies."""
    found = node_get(path, review)
    places = {row["path"]: row for row in _flat(taxonomy_tree_with_results(review))}
    if found.path not in places:
        raise Http404(f"The taxonomy of this review has no node {path}.")
    approaches = node_approaches(found, reader(request)).filter(study__review=review)
    page = Paginator(approaches, PAGE).get_page(request.GET.get("page"))
    techniques = technique_counts(approaches)
    results = list(results_for_node(found.path))
    context = {
        **review_context(request, review),
        "node": found,
        "ancestors": [places[above] for above in _above(found.path)],
        "children": places[found.path]["children"],
        "count": places[found.path],
        "total": review.studies.count(),
        "how_counted": HOW_COUNTED,
        "how_strategies_count": HOW_STRATEGIES_COUNT,
        "cards": _cards(found.path),
        "tables": scenario_tables(results),
        "pairs": pair_tables(results),
        "result_count": len(results),
        "all_simulated": all(result.simulated for result in results),
        "page": page,
        "techniques": techniques[:TECHNIQUES],
        "more_techniques": max(0, len(techniques) - TECHNIQUES),
        "gaps": gaps_of(review, found.path),
    }
    return render(request, "frontend/node.html", context)


class ListedNode(MeasuredNode):
    """A node in the list of all; ``level`` counts the nodes above it."""

    level: int


def _flat(nodes: list[MeasuredNode], level: int = 0) -> list[ListedNode]:
    rows: list[ListedNode] = []
    for node in nodes:
        rows += [{**node, "level": level}, *_flat(node["children"], level + 1)]
    return rows


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _cards(path: str) -> list[StrategyCard]:
    """Return the cards filed at the node or below it."""
    return [
        card
        for card in STRATEGIES.values()
        if card.node and (card.node == path or card.node.startswith(f"{path}/"))
    ]
