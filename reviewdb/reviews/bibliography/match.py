"""Decides whether a study's entry and a reference are the same paper."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

from reviewdb.reviews.bibliography.crossref import Reference

SAME_TITLE = 0.85
SAME_NAME = 0.8
YEARS_APART = 1  # published online first, then in an issue


@dataclass(frozen=True)
class Entry:
    """The bibliographic entry of a study so far."""

    title: str
    authors: str
    year: int | None


def agrees(entry: Entry, reference: Reference) -> bool | None:
    """Return whether both are the same paper; None if too little is stated to decide."""
    if entry.title and reference.title:
        return same_title(entry.title, reference.title)
    if entry.title and reference.citation:
        return _cited(entry.title, reference.citation)
    if not (entry.authors and reference.author and entry.year and reference.year):
        return None
    is_year = abs(entry.year - reference.year) <= YEARS_APART
    return is_year and same_author(entry.authors, reference.author)


def same_title(one: str, other: str) -> bool:
    """Return whether two titles are equal up to case, punctuation and a missing subtitle."""
    first, second = sorted((plain(one), plain(other)), key=len)
    if first and second.startswith(first) and len(first.split()) > 3:
        return True
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= SAME_TITLE


def same_author(authors: str, author: str) -> bool:
    """Return whether ``author`` has the family name of the first of ``authors``.

    ``authors`` is "Family, Given; ...".
    """
    family = plain(authors.split(";")[0].split(",")[0])
    words, names = plain(author).split(), family.split()
    if not words or not names:
        return False
    if any(words[at : at + len(names)] == names for at in range(len(words))):
        return True
    return SequenceMatcher(None, family, plain(author), autojunk=False).ratio() >= SAME_NAME


def plain(text: str) -> str:
    """Return the words of a text as lower-case ASCII letters and digits."""
    letters = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("ß", "ss"))
    ascii_text = letters.encode("ascii", "ignore").decode("ascii").casefold()
    return " ".join(re.findall(r"[a-z0-9]+", ascii_text))


def _cited(title: str, citation: str) -> bool:
    words, text = plain(title), plain(citation)
    if words in text:
        return True
    matcher = SequenceMatcher(None, words, text, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks() if block.size > 3) >= (
        SAME_TITLE * len(words)
    )
