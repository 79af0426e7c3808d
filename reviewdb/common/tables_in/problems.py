"""Collects every fault of an input before it is refused as a whole."""

from collections.abc import Iterable

from reviewdb.common.errors import RuleViolation

SHOWN = 3


def choices(words: Iterable[str]) -> str:
    """Return the allowed words as a readable list."""
    return ", ".join(words) or "nothing"


class Problems:
    """Faults by place: ``file``, or ``file:line:field``."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}

    def add(self, place: str, text: str) -> None:
        """Note one fault; nothing is raised yet."""
        self.errors.setdefault(place, []).append(text)

    def raise_any(self, what: str) -> None:
        """Raise RuleViolation with every fault noted, the first few in its message."""
        if not self.errors:
            return
        lines = [f"{place}: {text}" for place, texts in self.errors.items() for text in texts]
        more = f"; and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
        raise RuleViolation(f"{what}: {'; '.join(lines[:SHOWN])}{more}", self.errors)
