"""Names of terms, tags and nodes: their folded form for comparison, and their slugs."""

import re
import unicodedata
import zlib
from collections.abc import Container

LIMIT = 200
SPELLED = {"+": " plus ", "#": " sharp ", "ß": "ss", "ø": "o", "æ": "ae", "đ": "d", "ł": "l"}


def folded(value: str) -> str:
    """Return a name as it is compared: case, hyphens and doubled blanks do not count.

    ``C``, ``C++`` and ``C#`` are three names; ``Deep-Learning`` and ``deep learning`` are one.
    """
    plain = unicodedata.normalize("NFKC", value).casefold()
    return " ".join(plain.replace("-", " ").replace("_", " ").split())


def term_slug(value: str, limit: int = LIMIT) -> str:
    """Return a slug for a name, the same for all that fold to one.

    A slug that loses letters in ASCII, or is too long, ends in a checksum of the name.
    """
    name = folded(value)
    spelled = "".join(SPELLED.get(character, character) for character in name)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode("ascii")
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if slug and len(slug) <= limit and not _loses_letters(spelled):
        return slug
    checksum = f"{zlib.crc32(name.encode()):08x}"
    return f"{slug[: limit - 9]}-{checksum}".strip("-")


def _loses_letters(text: str) -> bool:
    kept = unicodedata.normalize("NFKD", text)
    return any(c.isalnum() and not c.isascii() for c in kept)


def free_slug(value: str, taken: Container[str], limit: int = LIMIT) -> str:
    """Return the name's slug, with the first number as suffix that makes it unique."""
    slug = first = term_slug(value, limit)
    number = 1
    while slug in taken:
        number += 1
        slug = f"{first[: limit - len(str(number)) - 1]}-{number}"
    return slug
