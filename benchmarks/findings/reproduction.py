"""Pairs published with reproduced tables, cell by cell; tables in, rows out, no Django.

Both use the names and columns under which `taxonomy` holds Tables I to VI of Li et al. 2023.
Published and reproduced cells keep separate columns. No difference is computed, since the two were
measured on different data.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypedDict

from reviewdb.common.tables_out import Row
from taxonomy.counting.rows import Cell, PublishedRow, PublishedTables
from taxonomy.statements import Statement
from taxonomy.statements.li2023_selection import SCORE_TABLE
from taxonomy.statements.li2023_table6 import FOOTRULE_TABLE
from taxonomy.statements.li2023_transfer import MODALITY_TABLE, SIMILARITY_TABLES

DOCUMENT = "li2023"
NO_INTERVAL = (None, None)
Intervals = Mapping[tuple[str, str], tuple[float | None, float | None]]


@dataclass(frozen=True)
class TableShape:
    """A table's printed title, its key columns and its measured columns."""

    title: str
    keys: tuple[str, ...]
    values: tuple[str, ...]


SHAPES = {
    MODALITY_TABLE: TableShape(
        "Table I: modality against task", ("target", "transfer"), ("average_dice",)
    ),
    SIMILARITY_TABLES["Table II"]: TableShape(
        "Table II: similar regions, same data set", ("target", "source"), ("dice", "roi_similarity")
    ),
    SIMILARITY_TABLES["Table III"]: TableShape(
        "Table III: similar regions, other data set",
        ("target", "source"),
        ("dice", "roi_similarity"),
    ),
    SCORE_TABLE: TableShape(
        "Tables IV and V: transferability scores",
        ("target", "source"),
        ("dice", "h_score", "otce"),
    ),
    FOOTRULE_TABLE: TableShape(
        "Table VI: Spearman's footrule",
        ("target", "metric", "prior_knowledge"),
        ("top1", "top2", "top3", "top4"),
    ),
}
# Their cells stand side by side in the tables already.
ABOUT_ONE_CELL = re.compile(r"Table I: average Dice of |Table VI: .*, top \d+$")


class PairedCell(TypedDict):
    """One cell: as printed in the paper, and as reproduced here; null where there is none.

    ``low`` and ``high`` are the 95% interval of a reproduced Dice; the paper prints none.
    """

    column: str
    published: Cell
    reproduced: Cell
    low: float | None
    high: float | None


CELL_COLUMNS = tuple(PairedCell.__annotations__)


class PairedRow(TypedDict):
    """A row of a table with its key cells."""

    key: dict[str, Cell]
    cells: list[PairedCell]


class PairedTable(TypedDict):
    """A table with every row that the paper prints or that was reproduced."""

    table: str
    title: str
    rows: list[PairedRow]


class PairedStatement(TypedDict):
    """A claim of the paper's text, recomputed from published and from reproduced cells.

    ``claimed`` is the number in the text. ``agrees`` is whether the reproduced cells give the
    same.
    """

    statement: str
    claimed: float
    published: float | None
    reproduced: float | None
    agrees: bool | None
    explanation: str


def paired_tables(
    published: PublishedTables, reproduced: PublishedTables, intervals: Intervals
) -> list[PairedTable]:
    """Return Tables I to VI, rows in the order printed, then those only reproduced.

    ``intervals`` holds low and high of each reproduced Dice by target and source.
    """
    return [
        {
            "table": name,
            "title": shape.title,
            "rows": _rows(shape, published.get(name, ()), reproduced.get(name, ()), intervals),
        }
        for name, shape in SHAPES.items()
    ]


def _rows(
    shape: TableShape,
    published: Iterable[PublishedRow],
    reproduced: Iterable[PublishedRow],
    intervals: Intervals,
) -> list[PairedRow]:
    theirs, ours = _by_key(shape, published), _by_key(shape, reproduced)
    return [
        {
            "key": dict(zip(shape.keys, key, strict=True)),
            "cells": [
                _cell(column, theirs.get(key, {}), ours.get(key, {}), intervals)
                for column in shape.values
            ],
        }
        for key in dict.fromkeys([*theirs, *ours])
    ]


def _cell(
    column: str, theirs: PublishedRow, ours: PublishedRow, intervals: Intervals
) -> PairedCell:
    pair = str(ours.get("target")), str(ours.get("source"))
    low, high = intervals.get(pair, NO_INTERVAL) if column == "dice" else NO_INTERVAL
    return {
        "column": column,
        "published": theirs.get(column),
        "reproduced": ours.get(column),
        "low": low,
        "high": high,
    }


def _by_key(
    shape: TableShape, rows: Iterable[PublishedRow]
) -> dict[tuple[Cell, ...], PublishedRow]:
    return {tuple(row.get(name) for name in shape.keys): row for row in rows}


def paired_statements(
    published: Iterable[Statement], reproduced: Iterable[Statement]
) -> list[PairedStatement]:
    """Return the claims that both sets of cells can answer, without claims about one cell."""
    ours = {row["statement"]: row for row in reproduced}
    return [
        _paired_statement(row, ours[row["statement"]])
        for row in published
        if row["statement"] in ours and not ABOUT_ONE_CELL.match(row["statement"])
    ]


def _paired_statement(published: Statement, reproduced: Statement) -> PairedStatement:
    found = reproduced["recomputed"]
    return {
        "statement": published["statement"],
        "claimed": published["published"],
        "published": published["recomputed"],
        "reproduced": found,
        "agrees": None if found is None else found == published["published"],
        "explanation": reproduced["explanation"],
    }


def cell_rows(tables: Iterable[PairedTable], about: Mapping[str, object]) -> Iterator[Row]:
    """Return one flat row per cell for a file; each row repeats ``about``."""
    for table in tables:
        for row in table["rows"]:
            name = " / ".join(str(part) for part in row["key"].values())
            for cell in row["cells"]:
                yield {"table": table["table"], "row": name, **cell, **about}
