"""`manage.py create_review SLUG --title T`."""

from argparse import ArgumentParser
from typing import Any

from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.json_command import JsonCommand
from reviewdb.reviews.services.members import account_get
from reviewdb.reviews.services.reviews import review_create


class Command(JsonCommand):
    """Start an empty review."""

    help = "Start an empty review."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the slug and the title."""
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--title", required=True)
        add_rights_arguments(parser)

    def run(self, **options: Any) -> JsonObject:
        """Return the new review's slug and title, and whether everybody may read it."""
        review = review_create(
            slug=options["slug"],
            title=options["title"],
            is_public=bool(options["is_public"]),
            owner=account_get(options["owner"]) if options["owner"] else None,
        )
        return {"review": review.slug, "title": review.title, "is_public": review.is_public}

    def describe(self, result: JsonObject) -> str:
        """Return one line."""
        seen = "public" if result["is_public"] else "private: its members alone see it"
        return f"review {result['review']} created ({seen}): {result['title']}"


def add_rights_arguments(parser: ArgumentParser) -> None:
    """Add who may see the review and who owns it; ``is_public`` is None where neither is said."""
    seen = parser.add_mutually_exclusive_group()
    seen.add_argument("--public", dest="is_public", action="store_true", default=None)
    seen.add_argument("--private", dest="is_public", action="store_false", default=None)
    parser.add_argument("--owner", metavar="USERNAME", help="becomes owner of the review")
