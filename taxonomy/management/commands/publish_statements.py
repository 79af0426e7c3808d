"""`manage.py publish_statements --out PATH`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.json_command import JsonCommand
from taxonomy.folder.bundled import bundled_folder, bundled_slugs
from taxonomy.folder.review_folder import read_review
from taxonomy.management.commands.export_review import write_whole
from taxonomy.statements import statements
from taxonomy.statements.markdown import StatedDocument, published_markdown


class Command(JsonCommand):
    """Write the statements of the bundled documents with recomputed numbers; needs no database."""

    help = "Write every statement of the bundled documents, recomputed, to a Markdown file."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the path."""
        parser.add_argument("--out", required=True, type=Path, metavar="PATH")

    def run(self, **options: Any) -> JsonObject:
        """Write the file; return its path and the counts of each document's verdicts."""
        documents = stated_documents()
        path = write_whole(options["out"], published_markdown(documents).encode())
        return {
            "path": str(path),
            "documents": {document.slug: document.summary() for document in documents},
        }

    def describe(self, result: JsonObject) -> str:
        """Return only the path, so that a script can use it."""
        return str(result["path"])


def stated_documents() -> list[StatedDocument]:
    """Return the documents of every bundled review with their statements."""
    return [
        StatedDocument(
            rows.slug, rows.title, rows.citation, statements(rows.slug, rows.published())
        )
        for slug in bundled_slugs()
        for rows in read_review(bundled_folder(slug), slug).documents
    ]
