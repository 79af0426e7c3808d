"""Reads of strategy cards and benchmark cards, as rows for the API and pages."""

from dataclasses import asdict
from typing import TypedDict

from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.spec import BenchmarkCard, Scenario
from reviewdb.common.json_object import JsonObject


class StrategyRow(TypedDict):
    """A strategy's card as the API shows it; ``parameters`` are those that runs use, by name.

    ``search`` is the recorded search of rate and strength, None where there was none yet.
    ``how_controlled`` says what its term's effect is told against; empty without a term.
    """

    id: str
    slug: str
    name: str
    node: str | None
    is_baseline: bool
    reads: list[str]
    label_setting: str
    privacy: str
    parameters: JsonObject
    search: JsonObject | None
    how_searched: str
    how_controlled: str
    paper: str
    summary: str
    references: list[str]


class BenchmarkRow(TypedDict):
    """A benchmark's card as the API shows it.

    Scenarios and profiles have the fields of their own dataclasses, which name them once.
    """

    id: str
    slug: str
    title: str
    question: str
    scenarios: list[JsonObject]
    profiles: list[JsonObject]
    strategies: list[str]
    default_strategies: list[str]
    admission: str


def strategy_list() -> list[StrategyRow]:
    """Return every strategy's card as a row."""
    return [strategy_row(card) for card in STRATEGIES.values()]


def strategy_row(card: StrategyCard) -> StrategyRow:
    """Return a card as the API shows it; ``id`` is its slug."""
    return {
        "id": card.slug,
        "slug": card.slug,
        "name": card.name,
        "node": card.node,
        "is_baseline": card.is_baseline,
        "reads": list(card.reads),
        "label_setting": card.label_setting,
        "privacy": card.privacy,
        "parameters": asdict(card.default_params()),
        "search": card.search.as_json() if card.search else None,
        "how_searched": card.how_searched,
        "how_controlled": card.how_controlled,
        "paper": card.paper,
        "summary": card.summary,
        "references": list(card.references),
    }


def benchmark_list() -> list[BenchmarkRow]:
    """Return every benchmark's card as a row."""
    return [_benchmark_row(card) for card in BENCHMARKS.values()]


def _benchmark_row(card: BenchmarkCard) -> BenchmarkRow:
    return {
        "id": card.slug,
        "slug": card.slug,
        "title": card.title,
        "question": card.question,
        "scenarios": [_scenario_row(card, scenario) for scenario in card.scenarios],
        "profiles": [
            {**asdict(profile), "n_targets": list(profile.n_targets)} for profile in card.profiles
        ],
        "strategies": list(card.strategies),
        "default_strategies": list(card.default_strategies),
        "admission": card.admission,
    }


def _scenario_row(card: BenchmarkCard, scenario: Scenario) -> JsonObject:
    """Return a scenario with ``admission``: admitted strategies, and excluded ones with reasons."""
    row = asdict(scenario)
    excluded = row.pop("exclusions")
    admits = [slug for slug in card.strategies if scenario.admits(slug)]
    return {**row, "admission": {"admits": admits, "excluded": excluded}}
