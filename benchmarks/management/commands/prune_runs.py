"""`manage.py prune_runs --older-than DAYS --keep N [--with-evidence] [--dry-run] [--json]`."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.template.defaultfilters import filesizeformat

from benchmarks.services.pruning import runs_prune
from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.json_command import JsonCommand
from reviewdb.common.web.permissions import OPERATOR

LONGEST_DAYS = 36_500


def whole_number(text: str) -> int:
    """Return a whole number of 0 or more."""
    if not text.isdecimal() or len(text) > len(str(LONGEST_DAYS)) or int(text) > LONGEST_DAYS:
        raise ArgumentTypeError(f"must be a whole number from 0 to {LONGEST_DAYS}, got {text!r}")
    return int(text)


class Command(JsonCommand):
    """Deletes old runs and every file that no run needs; prints the bytes freed."""

    help = (
        "Delete runs that ended more than DAYS days ago, but the N newest and those whose numbers "
        "stand on pages; then outputs of steps, folders and files that no run needs."
    )

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the age limit and the exceptions to it."""
        parser.add_argument("--older-than", type=whole_number, required=True, metavar="DAYS")
        parser.add_argument("--keep", type=whole_number, required=True, metavar="N")
        parser.add_argument(
            "--with-evidence",
            action="store_true",
            help="delete also runs whose numbers stand on pages of nodes and gaps",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def run(self, **options: Any) -> JsonObject:
        """Prune, and return what was removed and the bytes freed."""
        return runs_prune(
            older_than=timedelta(days=options["older_than"]),
            keep=options["keep"],
            with_evidence=options["with_evidence"],
            dry_run=options["dry_run"],
            user=OPERATOR,
        ).as_json()

    def describe(self, result: JsonObject) -> str:
        """Return the result as text."""
        verb = "would be removed" if result["dry_run"] else "removed"
        lines = [
            f"{len(result['runs'])} runs {verb}, {len(result['kept_as_evidence'])} old ones stay "
            "since their numbers stand on pages",
            f"{result['step_outputs']} outputs of steps, {result['leftovers']} leftovers of killed "
            f"engines, {result['run_folders']} folders of runs and {result['artifact_files']} "
            f"files {verb}",
            f"{filesizeformat(result['bytes'])} {'would be ' if result['dry_run'] else ''}freed",
        ]
        return "\n".join(lines)
