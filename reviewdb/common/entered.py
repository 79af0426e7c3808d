"""Checks what people and programs enter: returns its normal form or refuses it with a reason.

``reviewdb.common.text`` repairs what others have published; what is entered here is never repaired
silently. Pages, API and commands use the same rules.
"""

import re
import unicodedata
from collections.abc import Sequence

from reviewdb.common.text import bare_doi

TEXT_LIMIT = 20_000
"""Most characters that a text field takes; abstracts are far shorter."""
LARGEST = 2**63 - 1
"""The largest whole number that databases hold."""
SHOWN_CHOICES = 200
DIGITS = re.compile(r"[0-9]{1,19}")
NO_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
"""Control characters other than tab and line breaks, halves of surrogate pairs, which no UTF-8
holds, and the code points that Unicode reserves for no character."""


class EntryError(ValueError):
    """A refused entry; the message is the reason, a sentence without its subject."""


def character_problem(text: str) -> str:
    """Return the sentence that refuses the first forbidden character; empty without one."""
    found = NO_TEXT.search(text)
    if found is None:
        return ""
    code = ord(found.group())
    kind = "the control character" if code < 0xA0 else "no character at all,"
    return f"holds {kind} U+{code:04X} at position {found.start() + 1}; leave it out"


def entered_text(text: str, *, limit: int = TEXT_LIMIT, lines: bool = False) -> str:
    """Return the text composed (NFC), without blanks around it, in one line unless ``lines``.

    Raises EntryError for forbidden characters and for more than ``limit`` characters.
    """
    if problem := character_problem(text):
        raise EntryError(problem)
    text = unicodedata.normalize("NFC", text)
    text = "\n".join(text.splitlines()).strip() if lines else " ".join(text.split())
    if len(text) > limit:
        raise EntryError(f"must hold at most {limit} characters, has {len(text)}")
    return text


def entered_doi(text: str) -> str:
    """Return the DOI alone, as ``10.1000/182``; an empty text stays empty.

    Takes it bare, after ``doi:``, or as an address of doi.org. Raises EntryError for anything else.
    """
    doi = bare_doi(entered_text(text))
    if doi is None or character_problem(doi):
        raise EntryError(f"must be a DOI such as 10.1002/jmri.25898, got {text.strip()[:100]!r}")
    return doi


def whole_number(text: str, *, low: int = 0, high: int = LARGEST) -> int | None:
    """Return the whole number that ASCII digits write, or None outside ``low`` to ``high``."""
    if not DIGITS.fullmatch(text):
        return None
    value = int(text)
    return value if low <= value <= high else None


def not_one_of(value: str, choices: Sequence[str]) -> str:
    """Return the sentence that refuses a value and names the first choices."""
    more = f" and {len(choices) - SHOWN_CHOICES} more" if len(choices) > SHOWN_CHOICES else ""
    known = ", ".join(choices[:SHOWN_CHOICES]) or "(none yet)"
    return f"{value[:100]!r} is not one of: {known}{more}"
