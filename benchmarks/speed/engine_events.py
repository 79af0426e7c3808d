"""A plan run by the engine in a process of its own, event by event."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.plan.plans import Plan
from benchmarks.speed.report import ROOT

STORE = "store"


def engine_events(plan: Plan, folder: Path, *options: str) -> Iterator[dict[str, Any]]:
    """Yield the engine's events while it runs the plan into ``folder``/store.

    ``options`` are further options of its command. Raises RuntimeError where a step failed.
    """
    path = folder / "plan.json"
    path.write_text(json.dumps(plan.as_json()), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.engine", "run", str(path)]
    command += ["--out", str(folder / STORE), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603 - our own engine
        for line in process.stdout or ():
            yield json.loads(line)
    if process.returncode:
        raise RuntimeError(f"the engine ended with {process.returncode}")
