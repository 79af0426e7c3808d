"""Compares every published count with the count from rows and names causes of differences.

Nothing is adjusted to fit: ``agrees`` is whether the two numbers are equal, and null where the
rows cannot be counted.
"""

from collections.abc import Iterator, Sequence
from typing import TypedDict

from reviewdb.common.tables_in.terms import folded
from reviewdb.reviews.prisma.stages import INCLUDED, SOURCE_PREFIX, unit_of
from taxonomy.counting.causes import Leaf, count_cause, percent_cause
from taxonomy.counting.rows import (
    Cell,
    PublishedRow,
    PublishedTables,
    ReviewCounts,
    percent,
    share_column,
    with_numbers,
)
from taxonomy.counting.tables import TASK_COUNTS, NodeCount, node_counts, tasks_table

TASKS = "table3_tasks_applications"
STRATEGIES = "table4_strategies"
FLOW = "prisma_flow"
STRATEGY_COUNTS = ("type_approaches", "approaches")
NO_RECORDS = "not recountable: the single records are not in the database"
NO_TASKS = "not recountable: the rows do not name the task and application of every study"
NO_NODE = "not recountable: the taxonomy has no such node"


class Reconciled(TypedDict):
    """One published number and its count from rows."""

    table: str
    row: str
    column: str
    published: float
    counted: float | None
    base: str
    agrees: bool | None
    cause: str | None


def reconcile(published: PublishedTables, counts: ReviewCounts) -> list[Reconciled]:
    """Return one row for every published count of tasks, strategies and flow."""
    return [
        *_tasks(with_numbers(published.get(TASKS, ()), TASK_COUNTS, [""]), counts),
        *_strategies(
            with_numbers(published.get(STRATEGIES, ()), STRATEGY_COUNTS, ["", "type_"]), counts
        ),
        *_flow(with_numbers(published.get(FLOW, ()), ["count"]), counts),
    ]


def by_cause(rows: Sequence[Reconciled]) -> list[list[Reconciled]]:
    """Return the numbers that differ, grouped by why: one cause can change several of them.

    A study filed under another node than the source counts it changes the approaches and the
    percentages of both nodes; a percentage that differs alone has a cause of its own.
    """
    differences = [row for row in rows if row["agrees"] is False]
    filed = {row["row"] for row in differences if row["column"] == "approaches"}
    groups: dict[tuple[str, ...], list[Reconciled]] = {}
    for row in differences:
        parent = row["row"].rpartition(" / ")[0]
        own = (row["table"], row["row"], row["column"])
        groups.setdefault((row["table"], parent) if row["row"] in filed else own, []).append(row)
    return list(groups.values())


def _compared(
    place: tuple[str, str, str], published: float, counted: float | None, base: str, cause: str
) -> Reconciled:
    """Return the comparison; ``cause`` is kept only where the numbers are not equal."""
    table, row, column = place
    agrees = None if counted is None else published == counted
    return Reconciled(
        table=table,
        row=row,
        column=column,
        published=published,
        counted=counted,
        base=base,
        agrees=agrees,
        cause=None if agrees else cause,
    )


def _number(cell: Cell) -> float:
    return int(str(cell)) if str(cell).isdecimal() else float(str(cell))


def _tasks(published: Sequence[PublishedRow], counts: ReviewCounts) -> Iterator[Reconciled]:
    totals = {str(row["task"]): row for row in published}
    for line in tasks_table(published, counts.stated):
        task, application, counted = line["task"], line["application"], line["recounted"]
        cause = NO_TASKS if counted is None else f"the rows state it for {counted} studies"
        if application:
            place = (TASKS, f"{task} / {application}", "studies")
            yield _compared(place, line["published"], counted, "studies", cause)
            continue
        yield _compared((TASKS, task, "task_studies"), line["published"], counted, "studies", cause)
        column = share_column(totals[task])
        share = None if counted is None else percent(counted, counts.included)
        printed = _number(totals[task][column])
        yield _compared((TASKS, task, column), printed, share, "studies", cause)


def _strategies(published: Sequence[PublishedRow], counts: ReviewCounts) -> Iterator[Reconciled]:
    by_path = node_counts(counts)
    types: dict[str, PublishedRow] = {}
    for row in published:
        types.setdefault(str(row["type"]), row)
    yield from _level(list(types.values()), ("type",), "type_", counts, by_path)
    yield from _level(published, ("type", "subtype", "subsubtype"), "", counts, by_path)


def _level(
    rows: Sequence[PublishedRow],
    columns: tuple[str, ...],
    prefix: str,
    counts: ReviewCounts,
    by_path: dict[str, NodeCount],
) -> Iterator[Reconciled]:
    """Return the comparisons of one level of Table 4: its type totals, or its leaves."""
    leaves = []
    for row in rows:
        words = [str(row[name]) for name in columns if row[name]]
        path = _find(words, counts)
        approaches = int(str(row[f"{prefix}approaches"]))
        counted = by_path[path]["approaches"] if path else 0
        leaves.append((row, " / ".join(words), Leaf(path, approaches, counted)))
    known = [leaf for _, _, leaf in leaves if leaf.path]
    for row, name, leaf in leaves:
        share = _number(row[share_column(row, prefix)])
        places = [(STRATEGIES, name, column) for column in ("approaches", share_column(row))]
        if not leaf.path:
            yield _compared(places[0], leaf.published, None, "approaches", NO_NODE)
            yield _compared(places[1], share, None, "studies", NO_NODE)
            continue
        studies = by_path[leaf.path]["studies"]
        cause = count_cause(leaf, known, counts)
        yield _compared(places[0], leaf.published, leaf.counted, "approaches", cause)
        part = percent(studies, counts.included)
        cause = percent_cause(share, leaf, counts, studies=studies)
        yield _compared(places[1], share, part, "studies", cause)


def _find(words: Sequence[str], counts: ReviewCounts) -> str:
    """Return the path of the node that the table names, by name or by slug; empty for none."""
    path = ""
    for word in words:
        found = [
            node.path
            for node in counts.nodes
            if node.parent == path
            and folded(word) in (folded(node.name), folded(node.path.rpartition("/")[2]))
        ]
        if not found:
            return ""
        path = found[0]
    return path


def _flow(published: Sequence[PublishedRow], counts: ReviewCounts) -> Iterator[Reconciled]:
    for row in published:
        stage = str(row["stage"])
        counted, base, cause = _stage(stage, counts)
        yield _compared((FLOW, stage, "count"), _number(row["count"]), counted, base, cause)


def _stage(stage: str, counts: ReviewCounts) -> tuple[int | None, str, str]:
    """Return the count of rows at a stage, what is counted, and the cause of a difference."""
    if stage == INCLUDED:
        return counts.included, "studies", f"the bibliography holds {counts.included} studies"
    if not stage.startswith(SOURCE_PREFIX):
        return None, unit_of(stage), NO_RECORDS
    hits = _hits(stage.removeprefix(SOURCE_PREFIX), counts.searches)
    return (
        hits,
        "hits of the searches",
        NO_RECORDS if hits is None else "the searches state other hits",
    )


def _hits(source: str, searches: Sequence[tuple[str, int | None]]) -> int | None:
    """Return the hits of one source's searches, or of all; None where a search has none."""
    found = [
        hits
        for name, hits in searches
        if source == "total" or folded(name).startswith(folded(source.replace("_", " ")))
    ]
    known = [hits for hits in found if hits is not None]
    return sum(known) if found and len(known) == len(found) else None
