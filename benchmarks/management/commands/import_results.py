"""`manage.py import_results FILE [FILE ...] [--json]`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from benchmarks.services.archives import runs_import
from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.json_command import JsonCommand


class Command(JsonCommand):
    """Adds runs that `export_results` wrote; of several files all are added, or none."""

    help = "Add the runs in archives of export_results; a run that is here already is left alone."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the archives."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def run(self, **options: Any) -> JsonObject:
        """Import the archives; return each one's run, and whether it is new."""
        found = runs_import(paths=options["files"])
        runs = [
            {"file": path.name, "run": run.pk, "new": is_new, "results": run.results.count()}
            for path, (run, is_new) in zip(options["files"], found, strict=True)
        ]
        return {"runs": runs}

    def describe(self, result: JsonObject) -> str:
        """Return one line per archive."""
        return "\n".join(
            f"{one['file']}: run {one['run']}, {one['results']} results"
            + ("" if one["new"] else "; it was here already, nothing was added")
            for one in result["runs"]
        )
