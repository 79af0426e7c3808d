"""The taxonomy's tree with what was measured at and below each node."""

from collections import Counter
from collections.abc import Iterable

from benchmarks.models import Result
from benchmarks.selectors.evidence import evidence_results
from benchmarks.selectors.headline import headline_results
from reviewdb.reviews.models import Review
from taxonomy.counting.tree import FiledNode, TreeNode
from taxonomy.selectors.nodes import node_tree


class MeasuredNode(FiledNode):
    """A node with what was measured at and below it, and the nodes below it."""

    results: int
    verdicts: dict[str, int]
    children: list["MeasuredNode"]


def taxonomy_tree_with_results(review: Review) -> list[MeasuredNode]:
    """Return the review's tree; each node has ``results`` and ``verdicts``, descendants included.

    ``results`` counts the rows that a node's page shows: those that count as evidence. ``verdicts``
    counts each comparison once, as described in ``headline.HOW_COUNTED``.
    """
    rows = evidence_results(Result.objects.filter(node__isnull=False))
    results = _by_node(rows.values_list("node__path", flat=True))
    verdicts: dict[str, Counter[str]] = {}
    for path, verdict in headline_results(rows).values_list("node__path", "verdict"):
        for ancestor in _with_ancestors(path):
            verdicts.setdefault(ancestor, Counter())[verdict] += 1
    return [_counted(node, results, verdicts) for node in node_tree(review)]


def _by_node(paths: Iterable[str]) -> Counter[str]:
    return Counter(ancestor for path in paths for ancestor in _with_ancestors(path))


def _with_ancestors(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _counted(
    node: TreeNode, results: Counter[str], verdicts: dict[str, Counter[str]]
) -> MeasuredNode:
    here = verdicts.get(node["path"], Counter())
    return {
        **node,
        "results": results[node["path"]],
        "verdicts": {verdict: count for verdict, count in sorted(here.items()) if verdict},
        "children": [_counted(child, results, verdicts) for child in node["children"]],
    }
