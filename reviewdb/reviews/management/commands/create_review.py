"""`manage.py create_review SLUG --title T`."""

from argparse import ArgumentParser
from typing import Any

from reviewdb.common.web.json_command import JsonCommand
from reviewdb.reviews.services.reviews import review_create


class Command(JsonCommand):
    """Start an empty review."""

    help = "Start an empty review."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the slug and the title."""
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--title", required=True)

    def run(self, **options: Any) -> dict[str, Any]:
        """Return the new review's slug and title."""
        review = review_create(slug=options["slug"], title=options["title"])
        return {"review": review.slug, "title": review.title}

    def describe(self, result: dict[str, Any]) -> str:
        """Return one line."""
        return f"review {result['review']} created: {result['title']}"
