"""Writes the tables that are counted from rows: a caption, a label, headings in words."""

from collections.abc import Iterable, Mapping

from reviewdb.common.tables_out import TableText, table_bytes
from reviewdb.reviews.models import Review

FORMATS = ("csv", "json", "markdown", "latex")


def counted_table(
    review: Review,
    fmt: str,
    rows: Iterable[Mapping[str, object]],
    *,
    what: str,
    caption: str,
    headings: Mapping[str, str],
) -> bytes:
    """Return the table's bytes; the caption ends in the review's title."""
    text = TableText(f"{caption} {review.title}.", f"tab:{review.slug}-{what}", headings)
    return table_bytes(list(rows), fmt, text)
