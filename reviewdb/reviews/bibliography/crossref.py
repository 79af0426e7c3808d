"""A Crossref work (JSON) -> its references by number."""

import json
import re
from dataclasses import dataclass
from typing import Any

from reviewdb.common.errors import RuleViolation
from reviewdb.common.tables_in.cells import FIRST_YEAR, last_year

ENDS_IN = re.compile(r"([0-9]+)$")
YEAR = re.compile(r"([0-9]{4})[a-z]?")
DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class Reference:
    """What the work states of one entry of its reference list; empty where it states nothing.

    ``author`` is the first author as deposited; ``citation`` the entry as one text.
    """

    number: str
    title: str = ""
    author: str = ""
    year: int | None = None
    venue: str = ""
    doi: str = ""
    citation: str = ""

    @property
    def says_something(self) -> bool:
        """Return whether the entry identifies a paper."""
        return bool(self.title or self.doi or self.citation)


def read_work(data: bytes, name: str, wanted: set[str]) -> dict[str, Reference]:
    """Return the work's references whose number is ``wanted``, by number.

    Takes ``{"message": {"reference": [...]}}`` or the message alone. Raises RuleViolation where
    the document has another form or two references end in the same wanted number.
    """
    references: dict[str, Reference] = {}
    errors: dict[str, list[str]] = {}
    for position, entry in enumerate(_entries(data, name), start=1):
        place = f"{name}:reference {position}"
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str):
            errors[place] = ["must be an object with a key"]
            continue
        found = ENDS_IN.search(entry["key"])
        number = str(int(found.group(1))) if found else ""
        if number in references:
            text = f"key {entry['key']!r} ends in {number} as another one does"
            errors[f"{place}:key"] = [text]
        elif number in wanted:
            references[number] = _reference(number, entry)
    if errors:
        place, texts = next(iter(errors.items()))
        more = f"; and {len(errors) - 1} more" if len(errors) > 1 else ""
        raise RuleViolation(f"nothing was changed: {place}: {texts[0]}{more}", errors)
    return references


def _entries(data: bytes, name: str) -> list[Any]:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _refused(name, "is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _refused(f"{name}:{error.lineno}", f"is no JSON: {error.msg}") from None
    message = document.get("message", document) if isinstance(document, dict) else None
    entries = message.get("reference") if isinstance(message, dict) else None
    if not isinstance(entries, list):
        text = 'is no Crossref work: it must hold {"message": {"reference": [...]}}'
        raise _refused(name, text)
    return entries


def _refused(place: str, text: str) -> RuleViolation:
    return RuleViolation(f"{place}: {text}", {place: [text]})


def _reference(number: str, entry: dict[str, Any]) -> Reference:
    said = {
        name: " ".join(value.split()) if isinstance(value, str) else str(value)
        for name, value in entry.items()
        if isinstance(value, (str, int))
    }
    article, volume = said.get("article-title", ""), said.get("volume-title", "")
    year = YEAR.fullmatch(said.get("year", ""))
    doi = DOI.fullmatch(said.get("DOI", ""))
    return Reference(
        number=number,
        title=article or volume,
        author=said.get("author", ""),
        year=_plausible(int(year.group(1))) if year else None,
        venue=said.get("journal-title")
        or (volume if article else "")
        or said.get("series-title", ""),
        doi=doi.group(1)[:200] if doi else "",
        citation=said.get("unstructured", ""),
    )


def _plausible(year: int) -> int | None:
    return year if FIRST_YEAR <= year <= last_year() else None
