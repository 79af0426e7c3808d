"""Where the seconds of the quick profile go."""

import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bench.report import ROOT, Measurement, say, table
from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.steps import Plan, Step


@dataclass
class _Seconds:
    total: float = 0.0
    count: int = 0
    by_kind: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    by_strategy: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, step: Step, seconds: float) -> None:
        self.by_kind[step.kind].append(seconds)
        if step.kind == "fit":
            self.by_strategy[step.fields["strategy"]].append(seconds)


def measure_quick_profile() -> Measurement:
    """Return seconds per kind of step and per fit of each strategy, in an empty store."""
    benchmark = next(iter(BENCHMARKS))
    plan = build_plan(request_spec(benchmark=benchmark, profile="quick"))
    seconds = _run(plan)
    covered = sum(map(sum, seconds.by_kind.values()))
    kinds: list[tuple[object, ...]] = [
        (kind, len(s), f"{sum(s) / len(s):.2f}", f"{sum(s):.0f}", f"{sum(s) / covered:.0%}")
        for kind, s in seconds.by_kind.items()
    ]
    fits = [(slug, len(s), f"{sum(s) / len(s):.2f}") for slug, s in seconds.by_strategy.items()]
    text = (
        f"Benchmark `{benchmark}`, profile `quick`, {plan.seeds} seeds, from an empty store: "
        f"{len(plan.steps)} steps that took {covered:.0f} s together were done in "
        f"{seconds.total:.0f} s, as many at once as there are lanes.\n\n"
        + table(("kind of step", "steps", "seconds each", "seconds", "share"), kinds)
        + "\n\n"
        + table(("strategy", "fits", "seconds a fit"), fits)
    )
    return Measurement("quick-profile", "The quick profile, step by step", text)


def _run(plan: Plan) -> _Seconds:
    steps = {step.address: step for step in plan.steps}
    seconds = _Seconds()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        path.write_text(json.dumps(plan.as_json()), encoding="utf-8")
        words = ["run", str(path), "--out", str(Path(folder) / "store")]
        command = [sys.executable, "-m", "benchmarks.engine", *words]
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603 - our own engine
            for line in process.stdout or ():
                event = json.loads(line)
                if event["event"] == "step_finished":
                    seconds.count += 1
                    seconds.add(steps[event["address"]], event["wall_seconds"])
                    say(f"  {seconds.count} of {len(steps)}")
        seconds.total = time.perf_counter() - started
    if process.returncode or seconds.count < len(steps):
        raise RuntimeError(f"the engine finished {seconds.count} of {len(steps)} steps")
    return seconds
