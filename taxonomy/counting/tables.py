"""The review's tables, counted from rows: strategies (Table 4's shape) and tasks (Table 3's)."""

from collections.abc import Iterable, Sequence
from typing import TypedDict

import pandas as pd

from taxonomy.counting.rows import (
    NodeRow,
    PublishedRow,
    ReviewCounts,
    Stated,
    percent,
    with_numbers,
)

LEVELS = 3
TASK_COUNTS = ("task_studies", "studies")


class StrategyRow(TypedDict):
    """One leaf or one type total; names below a total's level are null."""

    type: str
    subtype: str | None
    subsubtype: str | None
    approaches: int
    studies: int
    percent_of_studies: float


class TaskRow(TypedDict):
    """One application of a task, or (application null) the task's total."""

    task: str
    application: str | None
    published: int
    recounted: int | None


class NodeCount(TypedDict):
    """Approaches and distinct studies at a node, its descendants included."""

    approaches: int
    studies: int


def node_counts(counts: ReviewCounts) -> dict[str, NodeCount]:
    """Return the counts of every node by path: studies distinct, never summed over leaves."""
    found: dict[str, NodeCount] = {
        node.path: NodeCount(approaches=0, studies=0) for node in counts.nodes
    }
    rows = [
        (above, approach.study) for approach in counts.approaches for above in _up(approach.node)
    ]
    frame = pd.DataFrame(rows, columns=["node", "study"])
    grouped = frame.groupby("node")["study"].agg(["size", "nunique"])
    for path, size, distinct in grouped.itertuples():
        found[str(path)] = NodeCount(approaches=int(size), studies=int(distinct))
    return found


def _up(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def strategies_table(counts: ReviewCounts) -> list[StrategyRow]:
    """Return type totals, each followed by its leaves, in the tree's order.

    A type in which no study is filed has no row, as in the published table.
    """
    by_path = node_counts(counts)
    parents = {node.parent for node in counts.nodes}
    return [
        _strategy_row(counts, node, by_path[node.path])
        for node in counts.nodes
        if (not node.parent or node.path not in parents)
        and by_path[node.path.split("/")[0]]["approaches"]
    ]


def _strategy_row(counts: ReviewCounts, node: NodeRow, count: NodeCount) -> StrategyRow:
    names: list[str | None] = [*counts.names(node.path)]
    names += [None] * (LEVELS - len(names))
    return StrategyRow(
        type=str(names[0]),
        subtype=names[1],
        subsubtype=names[2],
        approaches=count["approaches"],
        studies=count["studies"],
        percent_of_studies=percent(count["studies"], counts.included),
    )


def tasks_table(published: Sequence[PublishedRow], stated: Iterable[Stated]) -> list[TaskRow]:
    """Return each task's total followed by its applications, as published and as recounted.

    ``recounted`` is null where no study's rows state the pair of task and application. A total is
    recounted only where every application of the task is: otherwise too few studies name their
    task for a recount.
    """
    terms = pd.DataFrame(
        [(row.study, row.vocabulary, row.value) for row in stated],
        columns=["study", "vocabulary", "value"],
    )
    rows: list[TaskRow] = []
    for task, group in _by_task(with_numbers(published, TASK_COUNTS)).items():
        members = _studies_stating(terms, "task", task)
        parts = [_application(task, row, members, terms) for row in group]
        is_whole = all(part["recounted"] is not None for part in parts)
        total = TaskRow(
            task=task,
            application=None,
            published=_whole(group[0]["task_studies"]),
            recounted=len(members) if is_whole else None,
        )
        rows += [total, *parts]
    return rows


def _by_task(published: Sequence[PublishedRow]) -> dict[str, list[PublishedRow]]:
    groups: dict[str, list[PublishedRow]] = {}
    for row in published:
        groups.setdefault(str(row["task"]), []).append(row)
    return groups


def _application(task: str, row: PublishedRow, members: set[str], terms: pd.DataFrame) -> TaskRow:
    application = str(row["application"])
    studies = members & _studies_stating(terms, "application", application)
    return TaskRow(
        task=task,
        application=application,
        published=_whole(row["studies"]),
        recounted=len(studies) or None,
    )


def _studies_stating(terms: pd.DataFrame, vocabulary: str, value: str) -> set[str]:
    chosen = terms[(terms["vocabulary"] == vocabulary) & (terms["value"] == value)]
    return set(chosen["study"])


def _whole(cell: object) -> int:
    return int(str(cell))
