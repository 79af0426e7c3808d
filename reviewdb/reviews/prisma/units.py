"""PRISMA 2020 counts records, reports and studies apart; here: what of each is included."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Included:
    """Studies and the reports about them."""

    studies: int
    reports: int

    def __add__(self, other: "Included") -> "Included":
        return Included(self.studies + other.studies, self.reports + other.reports)


def included_by(reports: Iterable[tuple[object, object]]) -> Included:
    """Return the studies and reports among (report, study) pairs; several reports may be of one."""
    pairs = set(reports)
    return Included(len({study for _, study in pairs}), len({report for report, _ in pairs}))
