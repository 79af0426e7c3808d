"""`manage.py verify_run RUN [--steps N | --strategy S | --all] [--json]`."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from benchmarks.management.commands.export_results import run_named
from benchmarks.running.verification import DEFAULT_STEPS, run_verify
from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.json_command import JsonCommand

SHOWN = 60


def positive(text: str) -> int:
    """Return a whole number of 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"must be a whole number of 1 or more, got {text!r}")
    return int(text)


class Command(JsonCommand):
    """Computes tests of a run again and compares; exits 1 where a value disagrees."""

    help = (
        "Compute some tests of run RUN again, in a store of their own, and compare each person's "
        "score: to the digit on the same kind of machine, elsewhere within the tolerance."
    )

    has_differences = False

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the run, and how much of it is computed again."""
        parser.add_argument("run", type=int, metavar="RUN")
        much = parser.add_mutually_exclusive_group()
        steps_help = "tests to draw; default: one of source_only, one of another strategy"
        much.add_argument("--steps", type=positive, default=DEFAULT_STEPS, help=steps_help)
        much.add_argument("--strategy", default="", metavar="S", help="every test of a strategy")
        much.add_argument("--all", action="store_true", help="the whole run, and every column")

    def run(self, **options: Any) -> JsonObject:
        """Recompute and return how many values were checked, agreed, and which did not."""
        found = run_verify(
            run_named(options["run"]),
            steps=options["steps"],
            strategy=options["strategy"],
            everything=options["all"],
            progress=self.progress,
        )
        self.has_differences = bool(found["different"])
        return dict(found)

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, print, and exit 1 where a value disagrees."""
        super().handle(*args, **options)
        if self.has_differences:
            sys.exit(1)

    def describe(self, result: JsonObject) -> str:
        """Return a table of what differed, under a line of what was compared."""
        found = result
        how = "to the digit" if found["is_same_machine"] else "within the tolerance"
        lines = [
            f"run {found['run']}: {found['steps']} tests computed again; {found['equal']} of "
            f"{found['checked']} values agree {how}"
        ]
        lines += [f"  other machine: {text}" for text in found["machine"]]
        for one in found["different"]:
            lines.append(f"  DIFFERS {one['what']}")
            lines += [f"    {side}: {one[side]!s:.{SHOWN}}" for side in ("stored", "found")]
        return "\n".join(lines)
