"""Seconds of the quick profile, by kind of step and strategy."""

import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

import networkx as nx

from benchmarks.plan.build import ALL, build_plan, request_spec
from benchmarks.plan.plans import Plan
from benchmarks.plan.steps.step import Step
from benchmarks.speed.engine_events import engine_events
from benchmarks.speed.report import Measurement, Ratio, progress, table

BENCHMARK = "site-shift"
SOURCE_SELECTION = "source-selection"
FITS = ("fit", "pretrain", "tune")
MINUTES_ALLOWED = {
    "first-start": 15,
    "first-result": 2,
    "all-strategies": 180,
    SOURCE_SELECTION: 25,
}
SEEDS = 5


@dataclass
class _Seconds:
    total: float = 0.0
    first_result: float = 0.0
    count: int = 0
    by_kind: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    by_strategy: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, step: Step, seconds: float) -> None:
        self.by_kind[step.kind].append(seconds)
        if step.kind in FITS:
            self.by_strategy[step.named("strategy")].append(seconds)


def measure_quick_profile() -> Measurement:
    """Return seconds per kind of step and per fit of each strategy, in an empty store."""
    plan = build_plan(request_spec(benchmark=BENCHMARK, profile="quick"))
    return Measurement(
        "quick-profile", "The quick profile, step by step", _as_text(plan, _run(plan))
    )


def measure_first_start() -> Measurement:
    """Return the duration of the default strategies in one scenario, and of the first result."""
    whole = build_plan(request_spec(benchmark=BENCHMARK, profile="quick", seeds=SEEDS))
    title = f"The default strategies in one scenario, quick profile, {SEEDS} seeds"
    return _within_the_time("first-start", title, _of_one_scenario(whole), with_first_result=True)


def measure_all_strategies() -> Measurement:
    """Return the duration of one scenario's comparison of all strategies, in an empty store."""
    whole = build_plan(
        request_spec(benchmark=BENCHMARK, profile="quick", strategies=[ALL], seeds=SEEDS)
    )
    title = f"All strategies in one scenario, quick profile, {SEEDS} seeds"
    return _within_the_time("all-strategies", title, _of_one_scenario(whole))


def measure_source_selection() -> Measurement:
    """Return the duration of one seed of the source-selection benchmark, in an empty store."""
    plan = build_plan(request_spec(benchmark=SOURCE_SELECTION, profile="quick", seeds=1))
    return _within_the_time(SOURCE_SELECTION, "Source selection, quick profile, one seed", plan)


def _within_the_time(
    name: str, title: str, plan: Plan, *, with_first_result: bool = False
) -> Measurement:
    seconds = _run(plan)
    ratios = [_allowed(name, seconds.total)]
    if with_first_result:
        ratios.append(_allowed("first-result", seconds.first_result))
    return Measurement(name, title, _as_text(plan, seconds), tuple(ratios))


def _allowed(name: str, seconds: float) -> Ratio:
    allowed = MINUTES_ALLOWED[name]
    return Ratio(
        name=name,
        peer=f"{allowed} minutes",
        ours=seconds / 60,
        theirs=allowed,
        unit="minutes",
        ratio=allowed / (seconds / 60),
        target=1.0,
    )


def _of_one_scenario(plan: Plan) -> Plan:
    """Return the part of the plan that the first scenario's verdicts need."""
    verdicts = next(step for step in plan.steps if step.kind == "conclude")
    wanted = nx.ancestors(plan.graph(), verdicts.address) | {verdicts.address}
    return replace(plan, steps=tuple(step for step in plan.steps if step.address in wanted))


def _as_text(plan: Plan, seconds: _Seconds) -> str:
    covered = sum(map(sum, seconds.by_kind.values()))
    kinds = [
        (kind, len(s), f"{sum(s) / len(s):.2f}", f"{sum(s):.0f}", f"{sum(s) / covered:.0%}")
        for kind, s in seconds.by_kind.items()
    ]
    fits = [(slug, len(s), f"{sum(s) / len(s):.2f}") for slug, s in seconds.by_strategy.items()]
    return (
        f"Benchmark `{plan.benchmark}`, profile `quick`, {len(plan.strategies)} strategies, "
        f"{plan.seeds} seeds, from an empty store: {len(plan.steps)} steps that took "
        f"{covered:.0f} s together were done in {seconds.total:.0f} s, as many at once as there "
        "are lanes.\n\n"
        + table(("kind of step", "steps", "seconds each", "seconds", "share"), kinds)
        + "\n\n"
        + table(("strategy", "fits", "seconds a fit"), fits)
    )


def _run(plan: Plan) -> _Seconds:
    steps = {step.address: step for step in plan.steps}
    seconds = _Seconds()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        for event in engine_events(plan, Path(folder)):
            if event["event"] == "result" and not seconds.first_result:
                seconds.first_result = time.perf_counter() - started
            if event["event"] == "step_finished":
                seconds.count += 1
                seconds.add(steps[event["address"]], event["wall_seconds"])
                progress(f"  {seconds.count} of {len(steps)}")
        seconds.total = time.perf_counter() - started
    if seconds.count < len(steps):
        raise RuntimeError(f"the engine finished {seconds.count} of {len(steps)} steps")
    return seconds
