"""Cost of ranking sources by score relative to tuning all of them, at the standard profile."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import networkx as nx

from benchmarks.engine.methods.transferability.pair import SCORES
from benchmarks.engine.running.store import Store
from benchmarks.plan.benchmarks import benchmark_card, profile_of
from benchmarks.plan.build import request_spec
from benchmarks.plan.plans import Plan
from benchmarks.plan.protocols import protocol_of
from benchmarks.plan.protocols.source_selection.tasks import STUDY
from benchmarks.plan.spec import Profile
from benchmarks.plan.steps.step import Step
from benchmarks.speed.engine_events import STORE, engine_events
from benchmarks.speed.report import Measurement, Ratio, progress, table

BENCHMARK = "source-selection"
ALLOWED_SHARE = 0.05
NEEDS_SOURCE = ("otce",)


@dataclass(frozen=True)
class Taken:
    """Iterations run instead of the profile's: all iterations of tuning take equally long."""

    pretraining: int = 12
    tuning: int = 24


TAKEN = Taken()


def measure_selection_cost(taken: Taken = TAKEN, profile: str = "standard") -> Measurement:
    """Return each score's seconds as a share of tuning's, for one pair of tasks.

    With K sources both take K times as long, so that the share is the same.
    """
    whole = profile_of(benchmark_card(BENCHMARK), profile)
    seconds, tuning = _seconds(whole, taken)
    tuning *= whole.adapting_iterations / taken.tuning
    rows, ratios = [], []
    for score in SCORES:
        features = ("target_features", *(("source_features",) if score in NEEDS_SOURCE else ()))
        own = sum(seconds[part] for part in (*features, score))
        share = own / tuning
        rows.append((score, f"{own:.1f}", f"{share:.2%}"))
        ratios.append(
            Ratio(
                name=f"selection-cost/{score}",
                peer=f"{ALLOWED_SHARE:.0%} of tuning",
                ours=own,
                theirs=ALLOWED_SHARE * tuning,
                unit="s a source",
                ratio=ALLOWED_SHARE / share,
                target=1.0,
            )
        )
    text = (
        f"Profile `{whole.slug}` of `{BENCHMARK}`: one source of one target. Tuning "
        f"takes {tuning:.0f} s for {whole.adapting_iterations} iterations (measured over "
        f"{taken.tuning}, validation not counted); a score needs the target's features, OTCE the "
        "source's as well.\n\n" + table(("score", "seconds with features", "share of tuning"), rows)
    )
    return Measurement(
        "selection-cost", "Choosing a source against tuning them all", text, tuple(ratios)
    )


def _seconds(profile: Profile, taken: Taken) -> tuple[dict[str, float], float]:
    """Return the seconds of one pair's features and scores, and of its shortened tuning."""
    shorter = replace(
        profile,
        pretraining_iterations=taken.pretraining,
        adapting_iterations=taken.tuning,
        checkpoints=1,
    )
    spec = request_spec(benchmark=BENCHMARK, profile=profile.slug, seeds=1)
    card = benchmark_card(BENCHMARK)
    plan = Plan(
        benchmark=spec.benchmark,
        profile=spec.profile,
        seeds=1,
        strategies=spec.strategies,
        steps=tuple(protocol_of(card).plan(card, shorter, spec)),
    )
    target, source = STUDY.ranked[0]
    scored = _step(plan, f"{target}: score {source}, seed 0")
    tuned = _step(plan, f"{target}: tune {source}, seed 0")
    graph = plan.graph()
    wanted = {scored.address, tuned.address}.union(
        *(nx.ancestors(graph, step.address) for step in (scored, tuned))
    )
    part = replace(plan, steps=tuple(step for step in plan.steps if step.address in wanted))
    with tempfile.TemporaryDirectory() as folder:
        finished = sum(
            event["event"] == "step_finished"
            for event in engine_events(part, Path(folder), "--lanes", "1")
        )
        progress(f"  {finished} of {len(part.steps)} steps finished")
        store = Store(Path(folder) / STORE)
        measured: dict[str, float] = store.outputs(scored.address)["seconds"]
        return measured, float(store.outputs(tuned.address)["cost"]["train_seconds"])


def _step(plan: Plan, label: str) -> Step:
    return next(step for step in plan.steps if step.label == label)
