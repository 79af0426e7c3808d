"""Reads the rows of a review folder's tables and checks them against each other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from reviewdb.common.tables_in.cells import Cells
from reviewdb.common.tables_in.csv_rows import Row, Table
from reviewdb.common.tables_in.problems import Problems, choices
from reviewdb.common.tables_in.terms import folded
from reviewdb.reviews.bibliography.evidence import UNRESOLVED, WORDS
from reviewdb.reviews.prisma.flow import published_faults
from reviewdb.reviews.prisma.stages import STAGE_FAMILIES, STAGES, is_stage
from taxonomy.folder.review_rows import ApproachRow, AttributeRow, SearchRow, StudyRow
from taxonomy.folder.tree import Tree

ATTRIBUTE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
PER_TASK_ROW = ("task", "application", "studies")
SHARE = re.compile(r"(?P<prefix>type_)?percent_of_(?P<whole>\w+)")


@dataclass
class UniqueRows:
    """Notes rows that repeat the key of an earlier row."""

    seen: dict[object, int] = field(default_factory=dict)

    def check(self, cells: Cells, name: str, key: object, what: str) -> None:
        """Note a fault in cell ``name`` if an earlier row has the same ``key``."""
        first = self.seen.setdefault(key, cells.row.line)
        if first != cells.row.line:
            cells.add(name, f"{what} is already on line {first}")


@dataclass
class EqualTotals:
    """Notes rows whose total differs from that in the first row of their group."""

    seen: dict[str, Cells] = field(default_factory=dict)

    def check(self, cells: Cells, group: str, names: list[str]) -> None:
        """Note the cells of ``names`` that differ from the group's first row."""
        first = self.seen.setdefault(group, cells)
        for name in names:
            if cells.text(name) != first.text(name):
                cells.add(name, f"line {first.row.line} has {first.text(name)!r} for {group}")


def _cells(table: Table | None, problems: Problems) -> Iterator[Cells]:
    rows: tuple[Row, ...] = table.rows if table else ()
    return (Cells(row, problems) for row in rows)


def read_studies(table: Table | None, problems: Problems) -> Iterator[StudyRow]:
    """Return bibliography.csv's entries."""
    unique = UniqueRows()
    for cells in _cells(table, problems):
        ref = cells.ref()
        if ref:
            unique.check(cells, "ref", ref, f"reference {ref}")
        evidence = cells.word("evidence", tuple(WORDS))
        study = StudyRow(
            ref=ref,
            title=cells.text("title"),
            authors=cells.text("authors"),
            year=cells.year("year"),
            venue=cells.text("venue"),
            doi=cells.doi("doi"),
            evidence=evidence or "",
        )
        if evidence not in (None, UNRESOLVED) and not study.title:
            cells.add("title", f"must not be empty where the evidence is {evidence!r}")
        yield study


def _known_ref(cells: Cells, refs: set[str] | None) -> str:
    ref = cells.ref()
    if ref and refs is not None and ref not in refs:
        cells.add("ref", f"reference {ref} is not in bibliography.csv")
    return ref


def read_approaches(
    table: Table | None, tree: Tree | None, refs: set[str] | None, problems: Problems
) -> Iterator[ApproachRow]:
    """Return approaches.csv's entries, each at a leaf of the tree."""
    unique = UniqueRows()
    for cells in _cells(table, problems):
        ref = _known_ref(cells, refs)
        node = tree.leaf(cells, ("type", "subtype", "subsubtype")) if tree else ""
        technique = cells.text("technique", required=True, limit=300)
        if ref and node and technique:
            unique.check(cells, "technique", (ref, node, technique), "this approach")
        yield ApproachRow(ref, node, technique, cells.text("section", limit=100))


def read_attributes(
    table: Table | None, refs: set[str] | None, tasks: list[str], problems: Problems
) -> Iterator[AttributeRow]:
    """Return attributes.csv's entries; a task must be one of Table 3's."""
    unique, spelling = UniqueRows(), dict[tuple[str, str], str]()
    for cells in _cells(table, problems):
        ref = _known_ref(cells, refs)
        name = cells.text("attribute", required=True, limit=50)
        if name and not ATTRIBUTE.fullmatch(name):
            cells.add("attribute", f"must be lower-case words joined by _, got {name!r}")
        value = cells.text("value", required=True, limit=300)
        term = folded(value)
        if name == "task" and value and tasks and value not in tasks:
            cells.add("value", f"must be one of {choices(tasks)}; got {value!r}")
        if (spelled := spelling.setdefault((name, term), value)) != value:
            cells.add("value", f"is spelled {spelled!r} above; spell one term one way")
        elif ref and name and value:
            unique.check(cells, "value", (ref, name, term), "this statement")
        yield AttributeRow(ref, name, term, value, cells.text("section", limit=100))


def read_searches(table: Table | None, problems: Problems) -> Iterator[SearchRow]:
    """Return search_strategy.csv's entries."""
    unique = UniqueRows()
    for cells in _cells(table, problems):
        source = cells.text("source", required=True, limit=200)
        search = SearchRow(
            source=source,
            searched_on=cells.date("searched_on"),
            hits=cells.whole("records"),
            query=cells.text("query", limit=100_000),
        )
        unique.check(cells, "source", (source, search.searched_on, search.query), "this search")
        yield search


def check_flow(table: Table | None, problems: Problems) -> None:
    """Note faults in prisma_flow.csv: of single cells, then of stages that do not add up."""
    unique = UniqueRows()
    counts: dict[str, int] = {}
    places: dict[str, Cells] = {}
    before = problems.count
    for cells in _cells(table, problems):
        stage = cells.text("stage", required=True, limit=100)
        if stage and not is_stage(stage):
            families = [f"{family}*" for family in STAGE_FAMILIES]
            cells.add("stage", f"unknown stage {stage!r}; allowed: {choices([*STAGES, *families])}")
        unique.check(cells, "stage", stage, f"stage {stage}")
        count = cells.whole("count", required=True)
        counts[stage], places[stage] = count or 0, cells
    if not table or problems.count > before:
        return
    for stage, message in published_faults(counts):
        if stage in places:
            places[stage].add("count", f"{stage} {message}")
        else:
            problems.add(f"{table.name}.csv", f"stage {stage} {message}")


def check_facts(table: Table | None, problems: Problems) -> None:
    """Note faults in figures_facts.csv."""
    unique = UniqueRows()
    for cells in _cells(table, problems):
        fact = cells.text("fact", required=True)
        unique.check(cells, "fact", fact, f"fact {fact!r}")
        cells.number("value")


def check_tasks(table: Table | None, problems: Problems) -> list[str]:
    """Note faults in table3_tasks_applications.csv; return its tasks."""
    unique, totals = UniqueRows(), EqualTotals()
    _check_shares(table, ("",), problems)
    for cells in _cells(table, problems):
        task = cells.text("task", required=True, limit=300)
        application = cells.text("application", required=True, limit=300)
        unique.check(cells, "application", (task, application), "this task and application")
        _check_counts(cells, ("task_studies", "studies"))
        totals.check(cells, task, [name for name in cells.row.cells if name not in PER_TASK_ROW])
    return list(totals.seen)


def check_strategies(table: Table | None, tree: Tree | None, problems: Problems) -> None:
    """Note faults in table4_strategies.csv."""
    unique, totals = UniqueRows(), EqualTotals()
    _check_shares(table, ("", "type_"), problems)
    for cells in _cells(table, problems):
        levels = ("type", "subtype", "subsubtype")
        if tree:
            tree.leaf(cells, levels)
        unique.check(cells, "type", tuple(folded(cells.text(name)) for name in levels), "this node")
        _check_counts(cells, ("type_approaches", "approaches"))
        repeated = [name for name in cells.row.cells if name.startswith("type_")]
        totals.check(cells, folded(cells.text("type")), repeated)


def _check_counts(cells: Cells, counts: tuple[str, ...]) -> None:
    for name in counts:
        cells.whole(name, required=True)
    for name in cells.row.cells:
        if "percent_of_" in name:
            cells.number(name, low=0, high=100)


def _check_shares(table: Table | None, prefixes: tuple[str, ...], problems: Problems) -> None:
    """Note a fault unless each of ``prefixes`` has one column of shares, all of the same whole."""
    names = [name for name in table.columns if "percent_of_" in name] if table else []
    found = [SHARE.fullmatch(name) for name in names]
    wholes = {share["whole"] for share in found if share}
    shares = [share["prefix"] or "" for share in found if share]
    if table and (len(wholes) != 1 or sorted(shares) != sorted(prefixes) or None in found):
        wanted = choices(f"{prefix}percent_of_129" for prefix in prefixes)
        text = (
            f"its shares must be columns such as {wanted}, of one number; it has {choices(names)}"
        )
        problems.add(f"{table.name}.csv:1:percent_of_*", text)
