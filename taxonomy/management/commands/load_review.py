"""`manage.py load_review SLUG [--from DIR]`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.json_command import JsonCommand
from reviewdb.reviews.management.commands.create_review import add_rights_arguments
from reviewdb.reviews.services.members import account_get
from taxonomy.services.loading import review_load


class Command(JsonCommand):
    """Load a review; loading it again changes nothing."""

    help = "Load the bundled review SLUG, or a folder of the same layout, all or nothing."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the slug and the folder."""
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--from", dest="folder", metavar="DIR", type=Path)
        add_rights_arguments(parser)

    def run(self, **options: Any) -> JsonObject:
        """Load the review; return the counts of created, updated and unchanged rows."""
        self.progress(f"reading {options['slug']} ...")
        return review_load(
            slug=options["slug"],
            folder=options["folder"],
            is_public=options["is_public"],
            owner=account_get(options["owner"]) if options["owner"] else None,
        )

    def describe(self, result: JsonObject) -> str:
        """Return one line per kind of row."""
        lines = [f"review {result['review']}"]
        for kind in result["created"]:
            counts = [f"{result[how][kind]} {how}" for how in ("created", "updated", "unchanged")]
            lines.append(f"  {kind.replace('_', ' ')}: {', '.join(counts)}")
        return "\n".join(lines)
