"""From a request to a plan: which steps, in which order, sharing what can be shared."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.plan.benchmarks import benchmark_card, profile_of
from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import STRATEGIES, strategy_card
from benchmarks.plan.errors import PlanError, unknown
from benchmarks.plan.source_selection import (
    REAL_BENCHMARK,
    SIMULATED_BENCHMARK,
    real_steps,
    simulated_steps,
)
from benchmarks.plan.spec import (
    BenchmarkCard,
    DomainSpec,
    Place,
    Profile,
    PublishedWeights,
    RunSpec,
    Scenario,
)
from benchmarks.plan.steps import Plan, Step

SOURCE_ONLY = "source_only"
TARGET_ONLY = "target_only"
ORACLE = "oracle"
ALL = "all"
SELECTION_RULES = ("source_validation", "target_validation")
MAX_SEEDS = 50
SIMULATED = "simulated"
SOURCE_FIRST_SUBJECT = 1
TARGET_FIRST_SUBJECT = 5001  # the target site's subjects are other people


def baseline_of(n_target: int) -> str:
    """Return the baseline a gain is measured from at ``n_target`` labelled target subjects."""
    return TARGET_ONLY if n_target > 0 else SOURCE_ONLY


def request_spec(
    *,
    benchmark: str,
    profile: str,
    strategies: Sequence[str] | None = None,
    seeds: int | None = None,
) -> RunSpec:
    """Return the checked request; raises PlanError naming the field and the choices.

    Strategies left out mean the benchmark's default ones, ``all`` means every one it admits. The
    baselines that it admits are always among them: every table shows what to measure against.
    """
    card = benchmark_card(benchmark)
    chosen_profile = profile_of(card, profile)
    if strategies is not None and not strategies and card.strategies:
        raise PlanError("strategies", "name one at least; left out, the default ones run")
    wanted = set(strategies or card.default_strategies)
    if unknown_slugs := sorted(wanted - set(card.strategies) - {ALL}):
        raise unknown("strategies", unknown_slugs[0], [ALL, *card.strategies])
    if ALL in wanted:
        wanted.update(card.strategies)
    count = chosen_profile.seeds if seeds is None else seeds
    if not 1 <= count <= MAX_SEEDS:
        raise PlanError("seeds", f"seeds must be between 1 and {MAX_SEEDS}, got {count}")
    wanted.update(slug for slug in card.strategies if STRATEGIES[slug].is_baseline)
    kept = tuple(slug for slug in card.strategies if slug in wanted)
    return RunSpec(benchmark=benchmark, profile=profile, strategies=kept, seeds=count)


def build_plan(spec: RunSpec) -> Plan:
    """Return the plan of a request: equal requests give equal addresses on any machine."""
    card = benchmark_card(spec.benchmark)
    profile = profile_of(card, spec.profile)
    planner = PLANNERS.get(card.slug, _scenario_steps)
    steps = {step.address: step for step in planner(card, profile, spec)}
    return Plan(
        benchmark=spec.benchmark,
        profile=spec.profile,
        seeds=spec.seeds,
        strategies=spec.strategies,
        steps=tuple(steps.values()),
    )


def _scenario_steps(card: BenchmarkCard, profile: Profile, spec: RunSpec) -> Iterable[Step]:
    """Return the steps of a benchmark that compares strategies in scenarios."""
    steps: dict[str, Step] = {}
    for scenario in card.scenarios:
        for step in _ScenarioPlan(card, scenario, profile, spec).steps():
            steps.setdefault(step.address, step)
    return [*steps.values(), _ranking(card, steps.values())]


PLANNERS: dict[str, Callable[[BenchmarkCard, Profile, RunSpec], Iterable[Step]]] = {
    SIMULATED_BENCHMARK: simulated_steps,
    REAL_BENCHMARK: real_steps,
}
"""Benchmarks whose question is not one strategy against another."""


def _ranking(card: BenchmarkCard, steps: Iterable[Step]) -> Step:
    comparisons = tuple(step.address for step in steps if step.kind == "compare")
    fields = {
        "benchmark": card.slug,
        "rule": selection_rules(card.scenarios[0])[0],
        "simulated": any(scenario.is_simulated for scenario in card.scenarios),
    }
    return Step("rank", fields, comparisons, f"{card.title}: rank strategies over scenarios")


def selection_rules(scenario: Scenario) -> tuple[str, ...]:
    """Return how checkpoints are chosen: on the source only where there is one to validate on."""
    return SELECTION_RULES if isinstance(scenario.source, Place) else SELECTION_RULES[1:]


def domain_specs(scenario: Scenario, profile: Profile) -> tuple[DomainSpec, ...]:
    """Return source, where there is one, and target domain; their subjects are different people."""
    source_subjects = profile.source_train + profile.source_validation + profile.source_test
    target_subjects = profile.target_pool + profile.target_validation + profile.target_test

    def domain(place: Place, first: int, subjects: int) -> DomainSpec:
        return DomainSpec(
            world=place.world,
            site=place.site,
            cohort=place.cohort,
            contrast=place.contrast,
            region=place.region,
            subjects=subjects,
            first_subject=first,
            image_size=profile.image_size,
            spacing_mm=profile.spacing_mm,
            slices=profile.slices,
            seed=profile.world_seed,
        )

    if not isinstance(scenario.source, Place):
        return (domain(scenario.target, first_target_subject(scenario.target), target_subjects),)
    first, then = first_subjects(scenario.source, scenario.target, source_subjects)
    return (
        domain(scenario.source, first, source_subjects),
        domain(scenario.target, then, target_subjects),
    )


def first_subjects(source: Place, target: Place, source_subjects: int) -> tuple[int, int]:
    """Return the numbers of the first source and target subject, so that no one is in both.

    The simulated world makes as many people as are asked for. A real one lists those it has, from
    0 at each site and in each cohort: on one list the target's come after the source's. Who is on
    two lists under one name is found when they are read.
    """
    one_list = (source.world, source.site, source.cohort)
    is_same = one_list == (target.world, target.site, target.cohort)
    if source.world == SIMULATED:
        return SOURCE_FIRST_SUBJECT, first_target_subject(target)
    return 0, source_subjects if is_same else first_target_subject(target)


def first_target_subject(target: Place) -> int:
    """Return the number of the first target subject where no source is on the same list."""
    return TARGET_FIRST_SUBJECT if target.world == SIMULATED else 0


def admitted_n_targets(card: StrategyCard, profile: Profile) -> tuple[int, ...]:
    """Return the label counts a strategy can be run at: none without labels, some with them.

    The oracle has labels for the whole pool.
    """
    if card.slug == ORACLE:
        return (profile.target_pool,)
    return tuple(n for n in profile.n_targets if (n > 0) == card.needs_target_labels)


@dataclass
class _ScenarioPlan:
    """The steps of one scenario, parents first, one strategy after the other."""

    card: BenchmarkCard
    scenario: Scenario
    profile: Profile
    spec: RunSpec
    _fits: dict[tuple[str, int, int], Step] = field(default_factory=dict)
    _evaluations: dict[tuple[str, int, int], Step] = field(default_factory=dict)

    def steps(self) -> Iterator[Step]:
        title = self.scenario.title
        specs = domain_specs(self.scenario, self.profile)
        sides = ("source", "target")[-len(specs) :]
        self.domains = tuple(
            Step(
                "domain",
                spec.as_fields(),
                label=f"{title}: build {side} ({spec.site}, {spec.contrast})",
            )
            for side, spec in zip(sides, specs, strict=True)
        )
        yield from self.domains
        if isinstance(self.scenario.source, PublishedWeights):
            about = self.scenario.source
            label = f"{title}: read weights trained on {about.trained_on}"
            self.weights = Step("weights", asdict(about), label=label)
            yield self.weights
        self.splits = [self._split(seed) for seed in range(self.spec.seeds)]
        yield from self.splits
        comparisons: list[Step] = []
        for slug in filter(self.scenario.admits, self.spec.strategies):
            yield from self._strategy(strategy_card(slug), comparisons)
        yield self._conclusion(comparisons)
        if isinstance(self.scenario.source, Place):
            yield self._embedding()

    def _split(self, seed: int) -> Step:
        profile = self.profile
        fields = {
            "seed": seed,
            "target": [profile.target_pool, profile.target_validation, profile.target_test],
            "alternates": self.scenario.task == "classification",
        }
        if isinstance(self.scenario.source, Place):
            sizes = [profile.source_train, profile.source_validation, profile.source_test]
            fields["source"] = sizes
        parents = tuple(step.address for step in self.domains)
        return Step("split", fields, parents, f"{self.scenario.title}: split, seed {seed}")

    def _strategy(self, card: StrategyCard, comparisons: list[Step]) -> Iterator[Step]:
        n_targets = admitted_n_targets(card, self.profile)
        for n_target in n_targets:
            for seed in range(self.spec.seeds):
                fit = self._fit(card, n_target, seed)
                evaluation = self._evaluate(card, fit, n_target, seed)
                self._fits[card.slug, n_target, seed] = fit
                self._evaluations[card.slug, n_target, seed] = evaluation
                yield fit
                yield evaluation
        if n_targets:
            comparisons.append(self._compare(card, n_targets))
            yield comparisons[-1]

    def _fit(self, card: StrategyCard, n_target: int, seed: int) -> Step:
        profile = self.profile
        # Who starts from random weights gets the iterations that pretraining gets, so that a gain
        # over the source network is no mere longer training. So does who starts from published
        # weights: they know nothing of the task.
        reads_network = "source_weights" in card.reads
        is_pretrained_here = isinstance(self.scenario.source, Place)
        starts_from_source = reads_network and is_pretrained_here and not card.trains_from_scratch
        adapting, pretraining = profile.adapting_iterations, profile.pretraining_iterations
        fields = {
            **self._about_labels(),
            "strategy": card.slug,
            "params": asdict(card.default_params()),
            "n_target": n_target,
            "seed": seed,
            "selection": list(selection_rules(self.scenario)),
            "width": profile.width,
            "batch": profile.batch,
            "checkpoints": profile.checkpoints,
            "learning_rate": profile.learning_rate,
            "weight_decay": profile.weight_decay,
            "iterations": adapting if starts_from_source else pretraining,
        }
        if not is_pretrained_here:
            fields["network"] = self.scenario.network
        parents = [step.address for step in self.domains] + [self.splits[seed].address]
        if reads_network:
            pretrained = self._fits[SOURCE_ONLY, 0, seed] if is_pretrained_here else self.weights
            parents.append(pretrained.address)
        label = f"{self.scenario.title}: {card.name}{_with_labels(n_target)}, seed {seed}"
        return Step("fit", fields, tuple(parents), label)

    def _evaluate(self, card: StrategyCard, fit: Step, n_target: int, seed: int) -> Step:
        parents = (*(step.address for step in self.domains), self.splits[seed].address, fit.address)
        label = f"{self.scenario.title}: test {card.name}{_with_labels(n_target)}, seed {seed}"
        fields = {**self._about_labels(), "selection": list(selection_rules(self.scenario))}
        return Step("evaluate", fields, parents, label)

    def _about_labels(self) -> dict[str, Any]:
        return {"task": self.scenario.task, "shuffled": list(self.scenario.shuffled)}

    def _compare(self, card: StrategyCard, n_targets: tuple[int, ...]) -> Step:
        cells: list[dict[str, Any]] = [
            {
                "n_target": n_target,
                "evaluations": self._addresses(card.slug, n_target),
                "baseline": None if card.is_baseline else baseline_of(n_target),
                "baseline_evaluations": (
                    [] if card.is_baseline else self._addresses(baseline_of(n_target), n_target)
                ),
            }
            for n_target in n_targets
        ]
        forgets = isinstance(self.scenario.source, Place) and not card.is_baseline
        before = self._addresses(SOURCE_ONLY, 0) if forgets else []
        fields = {
            **self._about_labels(),
            "scenario": self.scenario.slug,
            "strategy": card.slug,
            "node": card.node,
            "seeds": self.spec.seeds,
            "simulated": self.scenario.is_simulated,
            "selection": list(selection_rules(self.scenario)),
            "cells": cells,
            "before_adaptation": before,
        }
        parents = _unique(
            [self.domains[-1].address]
            + [a for cell in cells for a in cell["evaluations"] + cell["baseline_evaluations"]]
            + before
        )
        return Step("compare", fields, parents, f"{self.scenario.title}: compare {card.name}")

    def _addresses(self, slug: str, n_target: int) -> list[str]:
        return [self._evaluations[slug, n_target, s].address for s in range(self.spec.seeds)]

    def _conclusion(self, comparisons: list[Step]) -> Step:
        fields = {"scenario": self.scenario.slug, "level": 0.05}
        parents = tuple(step.address for step in comparisons)
        return Step("conclude", fields, parents, f"{self.scenario.title}: verdicts (Holm)")

    def _embedding(self) -> Step:
        """Compare feature spaces of the first seed's networks, each at its most labels."""
        most = {slug: n for slug, n, seed in sorted(self._fits, key=lambda key: key[1])}
        entries: list[dict[str, Any]] = [
            {
                "strategy": slug,
                "n_target": most[slug],
                "fit": self._fits[slug, most[slug], 0].address,
            }
            for slug in self.spec.strategies
            if slug in most
        ]
        fields = {
            **self._about_labels(),
            "simulated": self.scenario.is_simulated,
            "scenario": self.scenario.slug,
            "rule": SELECTION_RULES[0],
            "entries": entries,
        }
        parents = (
            *(step.address for step in self.domains),
            self.splits[0].address,
            *(entry["fit"] for entry in entries),
        )
        return Step("embed", fields, parents, f"{self.scenario.title}: compare feature spaces")


def _with_labels(n_target: int) -> str:
    return f", {n_target} labelled" if n_target else ""


def _unique(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))
