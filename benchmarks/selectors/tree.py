"""The taxonomy's tree with what was measured at and below each node."""

from collections import Counter
from typing import Any

from benchmarks.models import Result
from benchmarks.selectors.results import newest_results
from reviewdb.reviews.models import Review
from taxonomy.selectors.nodes import node_tree


def taxonomy_tree_with_results(review: Review) -> list[dict[str, Any]]:
    """Return the review's tree; each node has ``results`` and ``verdicts``, descendants included.

    Counted are the rows that a node's page shows: per strategy, those of the newest run.
    """
    counts: dict[str, Counter[str]] = {}
    rows = newest_results(Result.objects.filter(node__isnull=False))
    for path, verdict in rows.values_list("node__path", "verdict"):
        for ancestor in _with_ancestors(path):
            counts.setdefault(ancestor, Counter())[verdict] += 1
    return [_counted(node, counts) for node in node_tree(review)]


def _with_ancestors(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _counted(node: dict[str, Any], counts: dict[str, Counter[str]]) -> dict[str, Any]:
    here = counts.get(node["path"], Counter())
    return {
        **node,
        "results": here.total(),
        "verdicts": {verdict: count for verdict, count in sorted(here.items()) if verdict},
        "children": [_counted(child, counts) for child in node["children"]],
    }
