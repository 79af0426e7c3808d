"""Converts cells to typed values; a bad cell is noted with its place and what is allowed."""

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from reviewdb.common.tables_in.csv_rows import Row
from reviewdb.common.tables_in.problems import Problems, choices
from reviewdb.common.text import bare_doi
from reviewdb.common.years import FIRST_YEAR, last_year

WHOLE = re.compile(r"[0-9]{1,9}")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
Word = TypeVar("Word", bound=str)


def as_number(text: str) -> float | None:
    """Return the number a cell prints, or None where it prints none."""
    if not NUMBER.fullmatch(text.strip()):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


@dataclass(frozen=True)
class Cells:
    """Reads one row's cells; what is wrong goes to ``problems`` and reads as empty."""

    row: Row
    problems: Problems

    def add(self, field: str, text: str) -> None:
        """Note a fault of one cell."""
        self.problems.add(self.row.place(field), text)

    def text(self, field: str, *, required: bool = False, limit: int = 10_000) -> str:
        """Return the cell without surrounding blanks."""
        value = self.row.cells[field].strip()
        if required and not value:
            self.add(field, "must not be empty")
        if len(value) > limit:
            self.add(field, f"must hold at most {limit} characters, has {len(value)}")
            return ""
        return value

    def word(self, field: str, allowed: Sequence[Word]) -> Word | None:
        """Return the cell's word where it is one of ``allowed``."""
        value = self.text(field)
        for word in allowed:
            if word == value:
                return word
        self.add(field, f"must be one of {choices(allowed)}; got {value!r}")
        return None

    def whole(
        self, field: str, *, low: int = 0, high: int = 10**9, required: bool = False
    ) -> int | None:
        """Return a whole number between ``low`` and ``high``, or None where the cell is empty."""
        value = self.text(field, required=required)
        if not value:
            return None
        if WHOLE.fullmatch(value) and low <= int(value) <= high:
            return int(value)
        self.add(field, f"must be a whole number from {low} to {high}, got {value!r}")
        return None

    def number(self, field: str, *, low: float = -math.inf, high: float = math.inf) -> None:
        """Note a cell that is no number between ``low`` and ``high``."""
        value = self.text(field, required=True)
        number = as_number(value)
        if value and (number is None or not low <= number <= high):
            span = f" from {low:g} to {high:g}" if math.isfinite(low) else ""
            self.add(field, f"must be a number{span}, got {value!r}")

    def date(self, field: str) -> dt.date | None:
        """Return an ISO date, or None where the cell is empty."""
        value = self.text(field)
        if not value:
            return None
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.add(field, f"must be a date written YYYY-MM-DD, got {value!r}")
            return None

    def year(self, field: str) -> int | None:
        """Return a year that can be a publication's, or None where the cell is empty."""
        return self.whole(field, low=FIRST_YEAR, high=last_year())

    def doi(self, field: str) -> str:
        """Return the bare DOI, empty where the cell is empty or holds none (noted)."""
        value = self.text(field)
        found = bare_doi(value)
        if found is None:
            self.add(field, f"must be a DOI such as 10.1000/182, got {value!r}")
        return found or ""

    def ref(self, field: str = "ref") -> str:
        """Return the reference number without leading zeros, empty where it is none."""
        number = self.whole(field, low=1, high=999_999, required=True)
        return "" if number is None else str(number)
