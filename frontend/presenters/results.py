"""Results as tables for people: one per profile, scenario and metric, rows by label count."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from benchmarks.findings.charts import results as charts
from benchmarks.models import Result, Verdict
from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.precision import arithmetic_of
from benchmarks.plan.spec import Scenario
from benchmarks.selectors import result_row
from benchmarks.selectors.results import ShownResult
from frontend.presenters.folds import PeopleTable, people_table
from frontend.presenters.protocols import page_of
from frontend.presenters.sites import SiteTable, site_table
from frontend.presenters.terms import TermRow, term_rows
from frontend.presenters.words import metric_word, selection_word

NAMES = {card.slug: card.name for card in STRATEGIES.values()}
BASELINES = [card.slug for card in STRATEGIES.values() if card.is_baseline]
MEBIBYTE = 2**20
COSTS = (
    "train_seconds",
    "iterations",
    "plateau",
    "samples_per_second",
    "trainable_parameters",
    "peak_memory_mib",
    "energy_joules",
)


@dataclass(frozen=True)
class StrategyRow:
    """One strategy at one label count: a result per selection rule, None where there is none."""

    slug: str
    cells: list[Result | None]

    @property
    def name(self) -> str:
        """Return the strategy's name as its card writes it."""
        return NAMES.get(self.slug, self.slug)

    @property
    def card(self) -> StrategyCard | None:
        """Return the strategy's card; None for one that this version no longer has."""
        return STRATEGIES.get(self.slug)

    @property
    def is_baseline(self) -> bool:
        """Return whether gains are measured from it."""
        return self.slug in BASELINES

    @property
    def any(self) -> Result:
        """Return the first result there is, for what does not depend on the selection rule."""
        return next(cell for cell in self.cells if cell is not None)

    @property
    def runs(self) -> list[int]:
        """Return the runs that the row's numbers come from, newest first."""
        return runs_of(self.cells)

    @property
    def cost(self) -> dict[str, float | None]:
        """Return what a fit took on average, memory in MiB; None for what was not recorded."""
        recorded = self.any.detail.get("cost") or {}
        cost: dict[str, float | None] = {name: recorded.get(name) for name in COSTS}
        if memory := recorded.get("peak_memory_bytes"):
            cost["peak_memory_mib"] = memory / MEBIBYTE
        return cost


@dataclass(frozen=True)
class LabelGroup:
    """The strategies that saw the same number of labelled target subjects."""

    n_target: int
    rows: list[StrategyRow]

    @property
    def baseline(self) -> str:
        """Return what the group's gains are measured from, in words; empty without a gain."""
        baselines = {
            cell.baseline for row in self.rows for cell in row.cells if cell and cell.baseline
        }
        names = sorted(NAMES.get(slug, slug) for slug in baselines)
        return " or ".join(names)


@dataclass(frozen=True)
class ScenarioTable:
    """All results of one benchmark's scenario at one profile in one metric, of one arithmetic."""

    benchmark: str
    profile: str
    scenario: str
    metric: str
    arithmetic: str
    rules: list[str]
    results: list[Result] = field(repr=False)

    @property
    def title(self) -> str:
        """Return the scenario's title as its card writes it."""
        return scenario_title(self.benchmark, self.scenario)

    @property
    def metric_name(self) -> str:
        """Return the metric as papers write it."""
        return metric_word(self.metric)

    @property
    def rule_names(self) -> list[str]:
        """Return how each column's checkpoints were chosen, and how many more labels that took."""
        return [selection_word(rule) + self._more_labels(rule) for rule in self.rules]

    def _more_labels(self, rule: str) -> str:
        """Return how many people's labels chose the checkpoint beyond the labelled ones."""
        more = {
            result.detail["labelled_people"] - result.n_target
            for result in self.results
            if result.selection == rule and "labelled_people" in result.detail
        }
        number = max(more, default=0)
        return f", with the labels of {number} more target people" if number else ""

    @property
    def is_simulated(self) -> bool:
        """Return whether every number of the table comes from simulated data."""
        return all(result.simulated for result in self.results)

    @property
    def is_real(self) -> bool:
        """Return whether every number of the table comes from real data."""
        return not any(result.simulated for result in self.results)

    @cached_property
    def people(self) -> PeopleTable | None:
        """Return everybody's scores under the first rule, where people were cross-validated."""
        return people_table(self._under_first_rule(), NAMES)

    @cached_property
    def sites(self) -> SiteTable | None:
        """Return each site's means under the first rule, where test people are of several sites."""
        return site_table(self._under_first_rule(), NAMES)

    @property
    def columns(self) -> int:
        """Return how many columns the table has."""
        return 1 + 2 * len(self.rules)

    @cached_property
    def groups(self) -> list[LabelGroup]:
        """Return the rows by number of labelled target subjects, strategies in catalogue order."""
        ordered = sorted(self.results, key=lambda r: (r.n_target, _place(r.strategy)))
        return [
            LabelGroup(
                n_target,
                [
                    _strategy_row(slug, found, self.rules)
                    for slug, found in groupby(rows, key=lambda r: r.strategy)
                ],
            )
            for n_target, rows in groupby(ordered, key=lambda r: r.n_target)
        ]

    @property
    def terms(self) -> list[TermRow]:
        """Return what the strategies' terms add under the first shown rule."""
        return term_rows(self._under_first_rule())

    @property
    def forest(self) -> str:
        """Return the gains of the first shown selection rule as SVG."""
        return charts.gain_chart(self._chart_rows(), names=NAMES, metric=self.metric_name)

    @property
    def curve(self) -> str:
        """Return means against label counts as SVG; empty where no strategy has two counts."""
        counts = Counter((result.strategy, result.selection) for result in self.results)
        if max(counts.values()) < 2:
            return ""
        return charts.learning_curves(
            self._chart_rows(), names=NAMES, baselines=BASELINES, metric=self.metric_name
        )

    def _chart_rows(self) -> list[ShownResult]:
        return [result_row(result) for result in self._under_first_rule()]

    def _under_first_rule(self) -> list[Result]:
        shown = [result for result in self.results if result.selection == self.rules[0]]
        return sorted(shown, key=lambda r: (r.n_target, _place(r.strategy)))


def runs_of(cells: Iterable[Result | None]) -> list[int]:
    """Return the ids of the runs that the cells come from, newest first."""
    return sorted({cell.run_id for cell in cells if cell is not None}, reverse=True)


def scenario_title(benchmark: str, scenario: str) -> str:
    """Return a scenario's title as its card writes it; its slug where there is no card any more."""
    known = scenario_card(benchmark, scenario)
    return known.title if known else scenario


def scenario_card(benchmark: str, scenario: str) -> Scenario | None:
    """Return the scenario's card, or None where there is none any more."""
    card = BENCHMARKS.get(benchmark)
    known = (one for one in card.scenarios if one.slug == scenario) if card else ()
    return next(iter(known), None)


def scenario_tables(results: Iterable[Result], *, selection: str = "") -> list[ScenarioTable]:
    """Return tables by benchmark, profile, scenario and metric; ``selection`` keeps one rule.

    Profiles differ in training time and images, and devices and precisions in rounding, so their
    numbers never share a table.
    """
    kept = [
        result
        for result in results
        if (not selection or result.selection == selection) and not _is_of_a_pair(result)
    ]
    kept.sort(key=_table_key)
    tables = []
    for key, rows in groupby(kept, key=_table_key):
        found = list(rows)
        rules = sorted({result.selection for result in found})
        tables.append(ScenarioTable(*key, rules=rules, results=found))
    return tables


@dataclass(frozen=True)
class PairRow:
    """One source tuned to one target, and the target's training from scratch where it is known."""

    title: str
    tuned: Result
    scratch: Result | None


@dataclass(frozen=True)
class PairTable:
    """The pairs of a benchmark whose scenarios are pairs of tasks under one strategy."""

    benchmark: str
    profile: str
    metric: str
    selection: str
    rows: list[PairRow]

    @property
    def title(self) -> str:
        """Return the benchmark's title."""
        card = BENCHMARKS.get(self.benchmark)
        return card.title if card else self.benchmark

    @property
    def metric_name(self) -> str:
        """Return the metric as papers write it."""
        return metric_word(self.metric)

    @property
    def is_simulated(self) -> bool:
        """Return whether every number of the table comes from simulated data."""
        return all(row.tuned.simulated for row in self.rows)

    @property
    def tally(self) -> dict[str, int]:
        """Return how many pairs each verdict was given."""
        counts = Counter(row.tuned.verdict for row in self.rows)
        return {verdict: counts[verdict] for verdict in Verdict.values if counts[verdict]}


def pair_tables(results: Iterable[Result], *, selection: str = "") -> list[PairTable]:
    """Return a table with a row per pair of tasks; `scenario_tables` leaves these out."""
    kept = [
        result
        for result in results
        if (not selection or result.selection == selection) and _is_of_a_pair(result)
    ]
    kept.sort(key=_pair_table_key)
    return [
        PairTable(*key, rows=_pair_rows(list(found)))
        for key, found in groupby(kept, key=_pair_table_key)
    ]


def _is_of_a_pair(result: Result) -> bool:
    return page_of(result.run.benchmark).is_row_a_pair


def _pair_table_key(result: Result) -> tuple[str, str, str, str]:
    return result.run.benchmark, result.run.profile, result.metric, result.selection


def _pair_rows(results: Sequence[Result]) -> list[PairRow]:
    scratch = {row.scenario: row for row in results if row.strategy in BASELINES}
    return [
        PairRow(scenario_title(row.run.benchmark, row.scenario), row, scratch.get(row.scenario))
        for row in results
        if row.strategy not in BASELINES
    ]


def _table_key(result: Result) -> tuple[str, str, str, str, str]:
    run = result.run
    arithmetic = arithmetic_of(run.provenance)
    return run.benchmark, run.profile, result.scenario, result.metric, arithmetic


def _place(strategy: str) -> tuple[int, str]:
    known = list(STRATEGIES)
    return (known.index(strategy) if strategy in known else len(known), strategy)


def _strategy_row(slug: str, found: Iterable[Result], rules: Sequence[str]) -> StrategyRow:
    by_rule = {result.selection: result for result in found}
    return StrategyRow(slug, [by_rule.get(rule) for rule in rules])
