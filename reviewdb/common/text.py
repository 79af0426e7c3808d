"""Normalises text from outside for storing, display and comparison; DOIs in bare form."""

import html
import re
from urllib.parse import unquote

DOI_LIMIT = 2_048  # a DOI has no limit of its own; no address is longer than this
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
HALF_PAIR = re.compile("[\ud800-\udfff]")
# The faces that titles are deposited with (HTML, JATS); MathML's elements carry a prefix.
FACES = "i|b|u|em|strong|sub|sup|small|span|italic|bold|sc|scp|tt|underline|font|a"
BREAKS = "p|br|title|sec|div|break|li|ul|ol"
ATTRIBUTES = r"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?"
FACE = re.compile(rf"</?(?:(?:jats:)?(?:{FACES})|mml:\w+){ATTRIBUTES}>", re.IGNORECASE)
BREAK = re.compile(rf"</?(?:jats:)?(?:{BREAKS}){ATTRIBUTES}>", re.IGNORECASE)
DOI_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?(?:dx\.)?doi\.org/", re.IGNORECASE)
DOI_LABEL = re.compile(r"doi(?:\s*:\s*|\s+|(?=10\.))", re.IGNORECASE)
DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
PAIRS = {")": "(", "]": "[", "}": "{", ">": "<"}


def printable(text: str) -> str:
    """Return the text without control characters, half surrogate pairs as U+FFFD.

    Tabs and line ends stay. What comes back can be written as UTF-8 and stored by PostgreSQL.
    """
    return HALF_PAIR.sub(REPLACEMENT, CONTROL.sub("", text))


def one_line(text: str) -> str:
    """Return the printable text on one line, single blanks between its words."""
    return " ".join(printable(text).split())


def without_markup(text: str) -> str:
    """Return one line of text: tags removed (not their content), entities decoded once.

    Only the tags that titles are deposited with are tags: ``a < b`` stays as it is.
    """
    return one_line(html.unescape(FACE.sub("", BREAK.sub(" ", text))))


def bare_doi(text: str) -> str | None:
    """Return the DOI without address, label and closing marks; empty for nothing, None for no DOI.

    ``https://doi.org/10.5555/x.``, ``doi:10.5555/x`` and ``10.5555/x`` are one DOI. It keeps its
    case, and is never cut.
    """
    found = one_line(text)
    if not found:
        return ""
    found = found[label.end() :] if (label := DOI_LABEL.match(found)) else found
    if address := DOI_ADDRESS.match(found):
        found = unquote(found[address.end() :])
    found = _without_closing_marks(found)
    return found if DOI.fullmatch(found) and len(found) <= DOI_LIMIT else None


def _without_closing_marks(text: str) -> str:
    while text and (text[-1] in ".,;:\"'" or _closes_nothing(text)):
        text = text[:-1]
    return text


def _closes_nothing(text: str) -> bool:
    opening = PAIRS.get(text[-1], "")
    return bool(opening) and text.count(opening) < text.count(text[-1])
