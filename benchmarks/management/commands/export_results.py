"""`manage.py export_results RUN --out FILE [--no-pictures] [--json]`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from benchmarks.models import Run
from benchmarks.running.exporting import run_archive
from reviewdb.common.errors import RuleViolation
from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.json_command import JsonCommand


def run_named(run_id: int) -> Run:
    """Return the run; raises RuleViolation for an unknown one."""
    try:
        return Run.objects.get(pk=run_id)
    except Run.DoesNotExist:
        message = f"there is no run {run_id}; the page of runs lists them"
        raise RuleViolation(message, {"run": [message]}) from None


class Command(JsonCommand):
    """Writes a run that has ended into one file, which `import_results` reads."""

    help = "Write run RUN with its results, files and provenance as one archive."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the run, the file, and whether pictures go along."""
        parser.add_argument("run", type=int, metavar="RUN")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE")
        parser.add_argument("--no-pictures", action="store_true", help="leave pictures out")

    def run(self, **options: Any) -> JsonObject:
        """Write the archive; return the run, the file and its bytes."""
        run = run_named(options["run"])
        content = run_archive(run, pictures=not options["no_pictures"])
        out: Path = options["out"]
        draft = out.with_name(f"{out.name}.part")
        try:
            draft.write_bytes(content)
            draft.replace(out)
        except OSError as error:
            message = f"{out} cannot be written: {error.strerror}"
            raise RuleViolation(message, {"out": [message]}) from error
        return {"run": run.pk, "file": str(out), "bytes": len(content)}

    def describe(self, result: JsonObject) -> str:
        """Return what was written, as text."""
        return f"run {result['run']}: {result['bytes']} bytes written to {result['file']}"
