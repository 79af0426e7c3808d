"""Runs the search of one strategy's rate and strength, and returns its record."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from benchmarks.engine.running.device import Compute
from benchmarks.engine.running.run import run_plan
from benchmarks.engine.running.store import Store
from benchmarks.engine.steps.shared.outputs import TestOutputs
from benchmarks.engine.tasks.catalog import TASKS
from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.errors import PlanError
from benchmarks.plan.events import Emit
from benchmarks.plan.plans import Plan
from benchmarks.plan.protocols.comparison.planner import admitted_n_targets, search_steps
from benchmarks.plan.searches import Search, Trial, Tried, trials_of
from benchmarks.plan.selection_rules import LAST
from benchmarks.plan.spec import Profile, Scenario
from benchmarks.plan.steps.step import ENGINE_REVISION, Address, Step


def search(
    card: StrategyCard,
    scenarios: Sequence[Scenario],
    profile: Profile,
    *,
    seeds: int,
    out: Path,
    compute: Compute,
    emit: Emit,
    lanes: int = 1,
) -> Search:
    """Return the record of the search; steps that ``out`` holds are not computed again.

    A trial's score is the task's main metric of the final weights, as positive is better, averaged
    over test people, seeds and transfers; a trial with a failed step has none. Raises PlanError
    where the strategy does not run at any label count of the profile.
    """
    if not admitted_n_targets(card, profile):
        raise PlanError("strategy", f"{card.slug} runs at no label count of {profile.slug}")
    steps: dict[Address, Step] = {}
    tests: dict[Trial, list[Address]] = defaultdict(list)
    for trial, step in search_steps(card, scenarios, profile, seeds):
        steps.setdefault(step.address, step)
        if trial is not None:
            tests[trial].append(step.address)
    plan = Plan("development", profile.slug, seeds, (card.slug,), tuple(steps.values()))
    run_plan(plan, out, compute, emit, lanes=lanes)
    metric = TASKS[scenarios[0].task].metrics[0]  # Dice: higher is better
    trials = trials_of(has_term=bool(card.strength))
    return Search(
        strategy=card.slug,
        profile=profile.slug,
        transfers=tuple(scenario.slug for scenario in scenarios),
        seeds=seeds,
        n_target=admitted_n_targets(card, profile)[0],
        metric=metric.slug,
        engine_revision=ENGINE_REVISION,
        strategy_revision=card.revision,
        tried=tuple(_tried(trial, tests[trial], Store(out), metric.slug) for trial in trials),
    )


def _tried(trial: Trial, tests: Sequence[Address], store: Store, metric: str) -> Tried:
    if not all(store.has(address) for address in tests):
        return Tried(trial.rate, trial.strength, None, "a step of this trial failed")
    return Tried(
        trial.rate,
        trial.strength,
        round(float(np.mean([_score(store, address, metric) for address in tests])), 6),
    )


def _score(store: Store, address: Address, metric: str) -> float:
    outputs = cast(TestOutputs, store.outputs(address))
    return float(np.mean([subject[metric] for subject in outputs["rules"][LAST]["subjects"]]))
