"""`manage.py export_review REVIEW WHAT --format F --out PATH`."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from reviewdb.common.errors import RuleViolation
from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.json_command import JsonCommand
from reviewdb.reviews.selectors.reviews import review_named
from taxonomy.exports.registry import choices_text, export_render


class Command(JsonCommand):
    """Write one export of a review to a file, completely or not at all."""

    help = f"Write WHAT of a review to PATH. {choices_text()}"

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add review, kind of export, format and path; the export checks the choices."""
        parser.add_argument("review", metavar="REVIEW")
        parser.add_argument("what", metavar="WHAT")
        parser.add_argument("--format", required=True, metavar="F")
        parser.add_argument("--out", required=True, type=Path, metavar="PATH")

    def run(self, **options: Any) -> JsonObject:
        """Write the file; return its kind, path and number of bytes."""
        file = export_render(review_named(options["review"]), options["what"], options["format"])
        path = write_whole(options["out"], file.content)
        return {
            "review": options["review"],
            "what": options["what"],
            "format": options["format"],
            "path": str(path),
            "bytes": len(file.content),
        }

    def describe(self, result: JsonObject) -> str:
        """Return only the path, so that a script can use it."""
        return str(result["path"])


def write_whole(path: Path, content: bytes) -> Path:
    """Write a temporary file, move it to the path, and return the absolute path.

    Raises RuleViolation if the folder is missing or not writable; an older file then stays.
    """
    path = path.expanduser().absolute()
    if not path.parent.is_dir():
        raise _refused(f"the folder {path.parent} does not exist; create it first")
    if path.is_dir():
        raise _refused(f"{path} is a folder; give the name of a file")
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise _refused(f"cannot write {path}: {error.strerror}; choose another path") from error
    finally:
        draft.unlink(missing_ok=True)
    return path


def _refused(message: str) -> RuleViolation:
    return RuleViolation(message, {"out": [message]})
