"""`manage.py resolve_bibliography REVIEW --from FILE | --online`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.json_command import JsonCommand
from reviewdb.reviews.selectors.reviews import review_named
from reviewdb.reviews.services.bibliography import bibliography_resolve, read_file
from reviewdb.reviews.services.crossref_online import crossref_fetch


class Command(JsonCommand):
    """Fill studies from the review's Crossref work."""

    help = "Fill studies from the review's Crossref work; nothing goes online without --online."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the review and the source of its Crossref work."""
        parser.add_argument("review", metavar="REVIEW")
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--from", dest="file", metavar="FILE", type=Path)
        source.add_argument("--online", action="store_true", help="ask api.crossref.org")
        parser.add_argument("--doi", default="", help="the review's DOI, where it has none yet")

    def run(self, **options: Any) -> JsonObject:
        """Return counts of studies resolved, updated, kept as edited, and the unmatched ones."""
        review = review_named(options["review"])
        if options["file"]:
            data, name = read_file(options["file"]), options["file"].name
        else:
            doi = options["doi"] or review.doi
            self.progress(f"asking Crossref for {doi or 'the work'} ...")
            data, name = crossref_fetch(doi), doi
        return bibliography_resolve(review=review, data=data, name=name).as_json()

    def describe(self, result: JsonObject) -> str:
        """Return the counts, and the references without an entry."""
        counts = ", ".join(
            f"{value} {name}" for name, value in result.items() if name != "unmatched"
        )
        unmatched = result["unmatched"]
        open_ones = f"; no entry for references {', '.join(unmatched)}" if unmatched else ""
        return f"{counts.replace('_', ' ')}{open_ones}"
