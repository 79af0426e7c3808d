"""Turns a request into a plan: its steps in order, each shared step once."""

from collections.abc import Collection, Sequence

from benchmarks.plan.benchmarks import benchmark_card, profile_of
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.errors import PlanError, unknown
from benchmarks.plan.plans import Plan
from benchmarks.plan.precision import AUTO, check_precision
from benchmarks.plan.protocols import protocol_of
from benchmarks.plan.spec import RunSpec

ALL = "all"
MAX_SEEDS = 50


def request_spec(
    *,
    benchmark: str,
    profile: str,
    strategies: Sequence[str] | None = None,
    seeds: int | None = None,
    datasets: Collection[str] = (),
    precision: str | None = None,
) -> RunSpec:
    """Return the checked request; raises PlanError naming the field and the choices.

    Without strategies, the benchmark's default ones run; ``all`` means every one that the profile
    admits, and one that it does not is refused by name. The
    admitted baselines are always added, because every table shows them. ``datasets`` are the
    available ones, of which the benchmark's own are kept; this function does not read the disk.
    ``precision`` is ``auto`` unless given.
    """
    check_precision(precision or AUTO)
    card = benchmark_card(benchmark)
    chosen_profile = profile_of(card, profile)
    if strategies is not None and not strategies and card.strategies:
        raise PlanError("strategies", "name at least one; if left out, the default ones run")
    wanted = set(strategies or card.default_strategies)
    if unknown_slugs := sorted(wanted - set(card.strategies) - {ALL}):
        raise unknown("strategies", unknown_slugs[0], [ALL, *card.strategies])
    refused = {
        slug: reason
        for slug in card.strategies
        if (reason := STRATEGIES[slug].refusal_at(chosen_profile))
    }
    if named := sorted(wanted & set(refused)):
        message = f"{named[0]} is not run at {profile}: {refused[named[0]]}"
        raise PlanError("strategies", message)
    if ALL in wanted:
        wanted.update(slug for slug in card.strategies if slug not in refused)
    count = chosen_profile.seeds if seeds is None else seeds
    if not 1 <= count <= MAX_SEEDS:
        raise PlanError("seeds", f"seeds must be between 1 and {MAX_SEEDS}, got {count}")
    wanted.update(slug for slug in card.strategies if STRATEGIES[slug].is_baseline)
    kept = tuple(slug for slug in card.strategies if slug in wanted)
    return RunSpec(
        benchmark=benchmark,
        profile=profile,
        strategies=kept,
        seeds=count,
        datasets=tuple(name for name in card.datasets if name in datasets),
        precision=precision or AUTO,
    )


def build_plan(spec: RunSpec) -> Plan:
    """Return the plan of a request; equal requests give equal addresses on any machine."""
    card = benchmark_card(spec.benchmark)
    steps = protocol_of(card).plan(card, profile_of(card, spec.profile), spec)
    return Plan(
        benchmark=spec.benchmark,
        profile=spec.profile,
        seeds=spec.seeds,
        strategies=spec.strategies,
        datasets=spec.datasets,
        precision=spec.precision,
        steps=tuple({step.address: step for step in steps}.values()),
    )
