"""Collects the faults of an input before it is refused as a whole."""

from collections.abc import Iterable

from reviewdb.common.errors import RuleViolation

IN_MESSAGE = 3
KEPT = 20


def choices(words: Iterable[str]) -> str:
    """Return the allowed words as a readable list."""
    return ", ".join(words) or "nothing"


class Problems:
    """Faults by place, ``file`` or ``file:line:field``: the first ``KEPT``, the rest counted."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}
        self.count = 0

    def add(self, place: str, text: str) -> None:
        """Note one fault; nothing is raised yet."""
        self.count += 1
        if self.count <= KEPT:
            self.errors.setdefault(place, []).append(text)

    def raise_any(self, what: str) -> None:
        """Raise RuleViolation with the faults noted, the first few in its message."""
        if not self.errors:
            return
        lines = [f"{place}: {text}" for place, texts in self.errors.items() for text in texts]
        more = f"; and {self.count - IN_MESSAGE} more" if self.count > IN_MESSAGE else ""
        errors = self.errors
        if self.count > KEPT:
            errors = {**errors, "more": [f"and {self.count - KEPT} more"]}
        raise RuleViolation(f"{what}: {'; '.join(lines[:IN_MESSAGE])}{more}", errors)
