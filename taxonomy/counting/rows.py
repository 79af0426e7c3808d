"""The rows that tables, tree and reconciliation are counted from; no database needed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Cell = str | int | float | None
PublishedRow = Mapping[str, Cell]
PublishedTables = Mapping[str, Sequence[PublishedRow]]


@dataclass(frozen=True)
class NodeRow:
    """A node of the taxonomy, in the order of a depth-first walk."""

    path: str
    name: str
    description: str = ""

    @property
    def parent(self) -> str:
        """Return the parent's path, empty for a root."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True)
class FiledApproach:
    """An approach as filed: study (its key), node (its path), technique."""

    study: str
    node: str
    technique: str
    section: str = ""


@dataclass(frozen=True)
class Stated:
    """A term of a vocabulary that the source states about a study."""

    study: str
    vocabulary: str
    value: str
    section: str = ""


@dataclass(frozen=True)
class ReviewCounts:
    """Everything of one review that is counted: its included studies and what belongs to them."""

    studies: tuple[str, ...]
    nodes: tuple[NodeRow, ...]
    approaches: tuple[FiledApproach, ...]
    stated: tuple[Stated, ...]
    searches: tuple[tuple[str, int | None], ...] = ()

    @property
    def included(self) -> int:
        """Return the number of included studies."""
        return len(self.studies)

    def names(self, path: str) -> list[str]:
        """Return the names of a node and of all above it, the root's first."""
        names = {node.path: node.name for node in self.nodes}
        parts = path.split("/")
        return [names["/".join(parts[: depth + 1])] for depth in range(len(parts))]

    def name(self, path: str) -> str:
        """Return a node's names in one line, such as ``Feature / Symmetric / Direct``."""
        return " / ".join(self.names(path))


def as_cell(text: str, number: float | None) -> Cell:
    """Return a printed number as a number, an empty cell as None, and text as it is."""
    if number is None:
        return text or None
    return int(number) if text.strip().isdecimal() else number


def percent(part: int, whole: int) -> float:
    """Return ``part`` in percent of ``whole``, two decimals; 0 for an empty whole."""
    return round(100 * part / whole, 2) if whole else 0.0


def with_numbers(
    rows: Sequence[PublishedRow], whole: Sequence[str], shares: Sequence[str] = ()
) -> list[PublishedRow]:
    """Return the rows that print a whole number in each of ``whole`` and a share in each prefix.

    The reader refuses other rows, but older versions stored some: they must not break a page.
    """
    return [
        row
        for row in rows
        if all(isinstance(row.get(name), int) for name in whole)
        and all(isinstance(row.get(share_column(row, prefix)), int | float) for prefix in shares)
    ]


def share_column(row: PublishedRow, prefix: str = "") -> str:
    """Return the percent column's name, which holds the whole (percent_of_129); empty for none."""
    return next((name for name in row if re.fullmatch(rf"{prefix}percent_of_\w+", name)), "")
