"""The content of a review folder as frozen dataclasses, one per row of its tables."""

import datetime as dt
from dataclasses import dataclass

from reviewdb.common.tables_in.cells import as_number
from reviewdb.common.tables_in.csv_rows import Row, Table
from taxonomy.counting.rows import PublishedRow, PublishedTables, as_cell
from taxonomy.folder.tree import Tree

BIBLIOGRAPHIC = ("title", "authors", "year", "venue", "doi")


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One entry of bibliography.csv."""

    ref: str
    title: str
    authors: str
    year: int | None
    venue: str
    doi: str
    evidence: str


@dataclass(frozen=True, slots=True)
class ApproachRow:
    """One entry of approaches.csv with the path of its node."""

    ref: str
    node: str
    technique: str
    section: str


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One entry of attributes.csv; ``term`` is the value in the form used for comparing."""

    ref: str
    vocabulary: str
    term: str
    value: str
    section: str


@dataclass(frozen=True, slots=True)
class SearchRow:
    """One entry of search_strategy.csv."""

    source: str
    searched_on: dt.date | None
    hits: int | None
    query: str


@dataclass(frozen=True)
class DocumentRows:
    """A source document and its tables as printed."""

    slug: str
    title: str
    citation: str
    doi: str
    tables: tuple[Table, ...]
    is_the_review: bool

    def published(self) -> PublishedTables:
        """Return the tables by name with typed cells, as read back from the database."""
        return {table.name: [_typed(row) for row in table.rows] for table in self.tables}


def _typed(row: Row) -> PublishedRow:
    return {name: as_cell(text, as_number(text)) for name, text in row.cells.items()}


@dataclass(frozen=True)
class ReviewRows:
    """All rows of one folder."""

    slug: str
    facts: dict[str, str]
    tree: Tree
    studies: tuple[StudyRow, ...]
    approaches: tuple[ApproachRow, ...]
    attributes: tuple[AttributeRow, ...]
    controlled: tuple[tuple[str, str, str], ...]
    searches: tuple[SearchRow, ...]
    documents: tuple[DocumentRows, ...]
