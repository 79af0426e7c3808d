"""Describes a row of the change log: old and new values, or counts of changed rows by kind."""

from collections.abc import Mapping
from typing import Any

from reviewdb.reviews.bibliography.evidence import evidence_word
from reviewdb.reviews.models import Change

FIELD_WORDS = {"edited_fields": "kept from imports", "evidence": "known by", "is_public": "public"}
NOTHING = "nothing"
SHOWN = 200  # characters of a value; longer ones, such as abstracts, are cut


def change_lines(change: Change) -> list[str]:
    """Return a line for each field and each count that is not zero."""
    moved = [
        f"{_name(name)}: {_value(name, values['from'])} → {_value(name, values['to'])}"
        for name, values in change.fields.items()
    ]
    return moved + [f"{how}: {_count(found)}" for how, found in change.counts.items() if found]


def _count(found: Any) -> str:
    if not isinstance(found, Mapping):
        return str(found)
    return ", ".join(f"{number} {_name(kind)}" for kind, number in found.items() if number)


def _name(name: str) -> str:
    return FIELD_WORDS.get(name, name.replace("_", " "))


def _value(name: str, value: Any) -> str:
    if name == "evidence" and value:
        return evidence_word(str(value))
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    if isinstance(value, bool):
        value = "yes" if value else "no"
    text = NOTHING if value in (None, "") else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"
