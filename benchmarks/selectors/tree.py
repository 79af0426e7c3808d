"""The taxonomy's tree with what was measured at and below each node."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet, Value

from benchmarks.findings.measured import Measured, MeasuredRow, measured
from benchmarks.models import Result, RunState
from benchmarks.plan.profiles import TEST_PROFILES
from benchmarks.selectors.evidence import evidence_results
from benchmarks.selectors.headline import headline_results
from reviewdb.reviews.models import Review
from taxonomy.counting.tree import FiledNode, TreeNode
from taxonomy.selectors.nodes import node_tree


class MeasuredNode(FiledNode):
    """A node with what was measured at and below it, and the nodes below it."""

    results: int
    verdicts: dict[str, int]
    measured: list[Measured]
    children: list["MeasuredNode"]


def taxonomy_tree_with_results(review: Review) -> list[MeasuredNode]:
    """Return the review's tree; each node has what was measured, descendants included.

    ``results`` counts the rows that a node's page shows: those that count as evidence. ``verdicts``
    counts each comparison once, as described in ``headline.HOW_COUNTED``; ``measured`` counts each
    strategy once, as described in ``findings.measured.HOW_STRATEGIES_COUNT``.
    """
    rows = evidence_results(Result.objects.filter(node__isnull=False))
    results = _by_node(rows.values_list("node__path", flat=True))
    compared = _compared(rows)
    return [_counted(node, results, compared) for node in node_tree(review)]


Compared = dict[str, list[MeasuredRow]]
"""The comparisons at a node or below it, by the node's path."""


def _compared(rows: QuerySet[Result]) -> Compared:
    """Return one row per comparison, and one per strategy of succeeded runs for tests."""
    found: Compared = {}
    for path, *values in _verdicts(rows).union(_of_tests(), all=True):
        for ancestor in _with_ancestors(path):
            found.setdefault(ancestor, []).append(MeasuredRow(*values))
    return found


def _verdicts(rows: QuerySet[Result]) -> QuerySet[Result, tuple[Any, ...]]:
    """Return the node's path and what a `MeasuredRow` takes, for each comparison."""
    columns = ("node__path", "strategy", "simulated", "verdict", "withheld", Value(value=False))
    return headline_results(rows).order_by().values_list(*columns)


def _of_tests() -> QuerySet[Result, tuple[Any, ...]]:
    """Return the same for each strategy of succeeded runs for tests, without any verdict."""
    rows = Result.objects.filter(
        node__isnull=False, run__state=RunState.SUCCEEDED, run__profile__in=TEST_PROFILES
    )
    columns = ("node__path", "strategy", "simulated", Value(""), Value(""), Value(value=True))
    return rows.order_by().values_list(*columns).distinct()


def _by_node(paths: Iterable[str]) -> Counter[str]:
    return Counter(ancestor for path in paths for ancestor in _with_ancestors(path))


def _with_ancestors(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _counted(node: TreeNode, results: Counter[str], compared: Compared) -> MeasuredNode:
    here = compared.get(node["path"], [])
    verdicts = Counter(row.verdict for row in here if row.verdict)
    return {
        **node,
        "results": results[node["path"]],
        "verdicts": dict(sorted(verdicts.items())),
        "measured": measured(here),
        "children": [_counted(child, results, compared) for child in node["children"]],
    }
