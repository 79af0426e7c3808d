"""Values of controlled vocabularies -> slugs."""

import re
import unicodedata
import zlib

LIMIT = 200


def term_slug(value: str) -> str:
    """Return a slug for a value; what has no Latin letter or is very long keeps a checksum."""
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode("ascii")
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if slug and len(slug) <= LIMIT:
        return slug
    checksum = f"{zlib.crc32(value.encode()):08x}"
    return f"{slug[: LIMIT - 9]}-{checksum}".strip("-")
