"""`manage.py make_references [NAME ...] [--profile P] [--seeds N] [--json]`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command

from benchmarks.models import Run, RunState
from benchmarks.running.archive import unpack
from benchmarks.running.exporting import SPEC, run_archive
from benchmarks.services.archives import BUNDLED
from benchmarks.services.runs import run_plan
from reviewdb.common.errors import RuleViolation
from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.json_command import JsonCommand

NAMES = ("site-shift", "few-labels", "frozen-depth", "source-selection", "real-site-shift")
"""The benchmarks whose reference runs the gaps need."""


class Command(JsonCommand):
    """Computes reference runs and writes their archives; goes on where it was stopped."""

    help = (
        "Compute each benchmark NAME with its default strategies and write its archive; one whose "
        "archive holds the plan of today is left alone, one whose data are absent is skipped."
    )

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the benchmarks, the profile and the folder."""
        parser.add_argument("names", nargs="*", metavar="NAME", default=NAMES)
        parser.add_argument("--profile", default="quick")
        parser.add_argument("--seeds", type=int, metavar="N")
        parser.add_argument("--pictures", action="store_true", help="take pictures along")
        parser.add_argument("--folder", type=Path, default=BUNDLED)

    def run(self, **options: Any) -> JsonObject:
        """Return what became of each benchmark, in words, by name."""
        return {name: self._made(name, options) for name in options["names"] or NAMES}

    def describe(self, result: JsonObject) -> str:
        """Return one line per benchmark."""
        return "\n".join(f"{name}: {words}" for name, words in result.items())

    def _made(self, name: str, options: JsonObject) -> str:
        self.progress(f"{name}: begins")
        profile, seeds = options["profile"], options["seeds"]
        try:
            spec, plan = run_plan(benchmark=name, profile=profile, seeds=seeds)
        except RuleViolation as violation:
            return f"skipped: {violation.message}"
        path: Path = options["folder"] / f"{name}-{profile}.zip"
        addresses = [step.address for step in plan.steps]
        if path.exists() and _addresses(path) == addresses:
            return f"{path.name} is of today's plan already"
        asked = {field: getattr(spec, field) for field in SPEC}
        asked |= {field: list(asked[field]) for field in ("strategies", "datasets")}
        run = self._succeeded(asked, addresses)
        if run is None:
            call_command(
                "run_benchmark", name, profile=profile, seeds=seeds, wait=True, stdout=self.stderr
            )
            run = self._succeeded(asked, addresses)
        if run is None:
            return "its run did not succeed; its page says why"
        path.parent.mkdir(parents=True, exist_ok=True)
        content = run_archive(run, pictures=options["pictures"])
        path.write_bytes(content)
        return f"run {run.pk}, {len(content)} bytes in {path.name}"

    @staticmethod
    def _succeeded(asked: JsonObject, addresses: list[str]) -> Run | None:
        """Return the newest run of today's plan that was made here and succeeded."""
        for run in Run.objects.filter(state=RunState.SUCCEEDED, origin={}, **asked).order_by("-pk"):
            if [step["address"] for step in run.plan["steps"]] == addresses:
                return run
        return None


def _addresses(path: Path) -> list[str]:
    try:
        plan = json.loads(unpack(path)["plan.json"])
    except RuleViolation:
        return []
    return [step["address"] for step in plan["steps"]]
