"""Counts included studies and included reports apart, as PRISMA 2020 requires."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Included:
    """Included studies and the reports about them."""

    studies: int
    reports: int

    def __add__(self, other: "Included") -> "Included":
        return Included(self.studies + other.studies, self.reports + other.reports)


def included_by(reports: Iterable[tuple[object, object]]) -> Included:
    """Return the distinct studies and reports in (report, study) pairs."""
    pairs = set(reports)
    return Included(len({study for _, study in pairs}), len({report for report, _ in pairs}))
