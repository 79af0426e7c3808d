"""The type of an export: its name, its formats and the functions that write it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from reviewdb.common.errors import RuleViolation
from reviewdb.common.tables_out import ALIASES
from reviewdb.reviews.models import Review, Study


@dataclass(frozen=True, slots=True)
class Export:
    """One export; ``write`` gets the review and one of ``formats`` and returns the file's bytes.

    Where an export can be limited to some studies, ``write_some`` also gets these.
    """

    what: str
    formats: tuple[str, ...]
    write: Callable[[Review, str], bytes]
    write_some: Callable[[Review, str, QuerySet[Study]], bytes] | None = None

    def format_named(self, name: str) -> str:
        """Return the format's own name (``md`` is ``markdown``); RuleViolation with the choices."""
        chosen = ALIASES.get(name, name)
        if chosen not in self.formats:
            raise unknown("format", name, self.formats, f" for {self.what}")
        return chosen


def unknown(name: str, value: str, choices: tuple[str, ...], where: str = "") -> RuleViolation:
    """Return the RuleViolation for a value that is none of the choices."""
    message = f"unknown {name} {value!r}{where}; choose one of {', '.join(choices)}"
    return RuleViolation(message, {name: [message]})
