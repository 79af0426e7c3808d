"""Reads a Crossref work (JSON) into its references by number."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reviewdb.common.errors import RuleViolation
from reviewdb.common.text import bare_doi, without_markup
from reviewdb.common.years import publication_year

ENDS_IN = re.compile(r"0*([0-9]+)\Z")
YEAR = re.compile(r"([0-9]{4})[a-z]?")
DIGITS = 18  # the most digits of a number that is read here


@dataclass(frozen=True)
class Reference:
    """One entry of the work's reference list; fields that the work does not state are empty.

    ``author`` is the first author as deposited; ``citation`` is the entry as one text.
    """

    number: str
    title: str = ""
    author: str = ""
    year: int | None = None
    venue: str = ""
    doi: str = ""
    citation: str = ""

    @property
    def identifies_paper(self) -> bool:
        """Return whether the entry identifies a paper."""
        return bool(self.title or self.doi or self.citation)


def read_work(data: bytes, name: str, wanted: set[str]) -> dict[str, Reference]:
    """Return the work's references whose number is ``wanted``, by number.

    Takes ``{"message": {"reference": [...]}}`` or the message alone. Raises RuleViolation if the
    document has another form or the keys of two references end in the same wanted number.
    """
    references: dict[str, Reference] = {}
    keys: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    for position, entry in enumerate(_entries(data, name), start=1):
        place = f"{name}:reference {position}"
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str):
            errors[place] = ["must be an object with a key"]
            continue
        found = ENDS_IN.search(entry["key"])
        number = found.group(1) if found else ""
        if number in references:
            text = f"key {entry['key']!r} ends in {number} as {keys[number]!r} does"
            errors[f"{place}:key"] = [text]
        elif number in wanted:
            references[number], keys[number] = _reference(number, entry), entry["key"]
    if errors:
        place, texts = next(iter(errors.items()))
        more = f"; and {len(errors) - 1} more" if len(errors) > 1 else ""
        raise RuleViolation(f"nothing was changed: {place}: {texts[0]}{more}", errors)
    return references


def _entries(data: bytes, name: str) -> list[Any]:
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_int=_whole)
    except RecursionError:
        raise _refused(name, "is nested too deeply; a Crossref work holds a few levels") from None
    except UnicodeDecodeError:
        raise _refused(name, "is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _refused(f"{name}:{error.lineno}", f"is not valid JSON: {error.msg}") from None
    message = document.get("message", document) if isinstance(document, dict) else None
    entries = message.get("reference") if isinstance(message, dict) else None
    if not isinstance(entries, list):
        text = 'is not a Crossref work: it must hold {"message": {"reference": [...]}}'
        raise _refused(name, text)
    return entries


def _refused(place: str, text: str) -> RuleViolation:
    return RuleViolation(f"{place}: {text}", {place: [text]})


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= DIGITS else None


def _reference(number: str, entry: Mapping[str, Any]) -> Reference:
    stated = {name: _stated(value) for name, value in entry.items()}
    article, volume = stated.get("article-title", ""), stated.get("volume-title", "")
    year = YEAR.fullmatch(stated.get("year", "") or _number(entry.get("year")))
    return Reference(
        number=number,
        title=article or volume,
        author=stated.get("author", ""),
        year=publication_year(int(year.group(1))) if year else None,
        venue=stated.get("journal-title")
        or (volume if article else "")
        or stated.get("series-title", ""),
        doi=bare_doi(stated.get("DOI", "")) or "",
        citation=stated.get("unstructured", ""),
    )


def _stated(value: object) -> str:
    """Return a text, or the first of a list, without markup; empty for other values."""
    if isinstance(value, list) and value:
        value = value[0]
    return without_markup(value) if isinstance(value, str) else ""


def _number(value: object) -> str:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else ""
