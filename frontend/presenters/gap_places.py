"""The scenario that a gap's results belong to, and the reader's choice among the results."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from django.http import Http404, HttpRequest

from benchmarks.models import Artifact, Result
from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.metrics import MAIN_FIRST, METRICS
from benchmarks.plan.selection_rules import SELECTION_RULES
from frontend.presenters.results import scenario_title
from frontend.presenters.words import metric_word

Row = TypeVar("Row", Result, Artifact)
CATALOGUE = {slug: position for position, slug in enumerate(STRATEGIES)}


@dataclass(frozen=True, order=True)
class Place:
    """A scenario of a benchmark at a profile; only numbers of one place can be compared."""

    benchmark: str
    profile: str
    scenario: str

    @property
    def title(self) -> str:
        """Return the scenario's title as its card writes it."""
        return scenario_title(self.benchmark, self.scenario)

    @property
    def benchmark_title(self) -> str:
        """Return the benchmark's title."""
        card = BENCHMARKS.get(self.benchmark)
        return card.title if card else self.benchmark

    @property
    def anchor(self) -> str:
        """Return the HTML id of its section."""
        return f"{self.benchmark}-{self.profile}-{self.scenario}"


@dataclass(frozen=True)
class Choice:
    """What the reader chose to see; an empty ``metric`` is each scenario's main one."""

    metric: str
    selection: str


def chosen(request: HttpRequest) -> Choice:
    """Return the choice in the address; raises Http404, naming the choices, for an unknown one."""
    metric = request.GET.get("metric", "")
    selection = request.GET.get("selection", SELECTION_RULES[0])
    if metric and metric not in METRICS:
        raise Http404(f"no metric {metric!r}; there are: {', '.join(MAIN_FIRST)}")
    if selection not in SELECTION_RULES:
        raise Http404(f"no selection rule {selection!r}; there are: {', '.join(SELECTION_RULES)}")
    return Choice(metric, selection)


def by_place(rows: Iterable[Row]) -> list[tuple[Place, list[Row]]]:
    """Return the rows of each place, places in order, strategies as the catalogue has them."""
    kept = sorted(rows, key=lambda row: (place_of(row), catalogue_place(row.strategy)))
    return [(place, list(found)) for place, found in groupby(kept, key=place_of)]


def by_place_and_metric(rows: Iterable[Result], metric: str) -> list[tuple[Place, list[Result]]]:
    """Return the results of each place in the metric asked for, or in the place's main one."""
    kept = []
    for place, found in by_place(rows):
        wanted = metric or metrics_of(found)[0]
        if shown := [row for row in found if row.metric == wanted]:
            kept.append((place, shown))
    return kept


def metrics_of(rows: Iterable[Result]) -> list[str]:
    """Return the metrics that the rows have, main ones first."""
    found = {row.metric for row in rows}
    return [name for name in MAIN_FIRST if name in found] + sorted(found - set(METRICS))


def axis_word(metric: str) -> str:
    """Return the title of an axis: the metric, with a remark where lower is better."""
    known = METRICS.get(metric)
    is_lower_better = known is not None and not known.is_higher_better
    return metric_word(metric) + (", lower is better" if is_lower_better else "")


def catalogue_place(strategy: str) -> tuple[int, str]:
    """Return a sort key: a strategy's position in the catalogue, unknown ones last."""
    return CATALOGUE.get(strategy, len(CATALOGUE)), strategy


def all_simulated(rows: Iterable[Any]) -> bool:
    """Return whether every row comes from simulated data."""
    return all(row.simulated for row in rows)


def place_of(row: Result | Artifact) -> Place:
    """Return where a row belongs; its run must be loaded."""
    return Place(row.run.benchmark, row.run.profile, row.scenario)
