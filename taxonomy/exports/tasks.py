"""The tasks table: studies by task and application, published and recounted."""

from reviewdb.reviews.models import Review
from taxonomy.exports.counted_table import FORMATS, counted_table
from taxonomy.exports.export import Export
from taxonomy.selectors.tables import tasks_table

CAPTION = "Tasks and applications of the included studies."
HEADINGS = {
    "task": "Task",
    "application": "Application",
    "published": "Studies as published",
    "recounted": "Studies recounted",
}


def write(review: Review, fmt: str) -> bytes:
    """Return the table in one format."""
    rows = tasks_table(review)
    return counted_table(review, fmt, rows, what="tasks", caption=CAPTION, headings=HEADINGS)


EXPORT = Export("tasks", FORMATS, write)
