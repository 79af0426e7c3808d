"""Approaches and distinct studies by node: the strategies table."""

from reviewdb.reviews.models import Review
from taxonomy.exports.counted_table import FORMATS, counted_table
from taxonomy.exports.export import Export
from taxonomy.selectors.tables import strategies_table

HEADINGS = {
    "type": "Type",
    "subtype": "Subtype",
    "subsubtype": "Sub-subtype",
    "approaches": "Approaches",
    "studies": "Studies",
    "percent_of_studies": "Studies (%)",
}


def write(review: Review, fmt: str) -> bytes:
    """Return the table in one format."""
    caption = f"Strategies in the {review.studies.count()} included studies."
    rows = strategies_table(review)
    return counted_table(review, fmt, rows, what="strategies", caption=caption, headings=HEADINGS)


EXPORT = Export("strategies", FORMATS, write)
