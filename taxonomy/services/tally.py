"""Counts of the rows that a load created, updated or left unchanged."""

from dataclasses import dataclass, field
from typing import TypedDict


class TallyCounts(TypedDict):
    """The numbers of rows by kind."""

    created: dict[str, int]
    updated: dict[str, int]
    unchanged: dict[str, int]


@dataclass
class Tally:
    """The number of rows of each kind that were created, updated or left unchanged."""

    created: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, *, created: int = 0, updated: int = 0, unchanged: int = 0) -> None:
        """Add to the counts of one kind."""
        for counts, number in (
            (self.created, created),
            (self.updated, updated),
            (self.unchanged, unchanged),
        ):
            counts[kind] = counts.get(kind, 0) + number

    def touched(self) -> dict[str, dict[str, int]]:
        """Return the counts above 0 of created and updated rows."""
        outcomes = {"created": self.created, "updated": self.updated}
        return {how: {k: n for k, n in rows.items() if n} for how, rows in outcomes.items()}

    def as_json(self) -> TallyCounts:
        """Return the counts by outcome and kind."""
        return {"created": self.created, "updated": self.updated, "unchanged": self.unchanged}
