"""What gaps' pages show from results: frozen depth, label counts, losses and forgetting."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from benchmarks.findings.break_even import BreakEven, break_even
from benchmarks.findings.charts import gaps as charts_gaps
from benchmarks.findings.charts.gaps import (
    FROM_INPUT,
    FROM_OUTPUT,
    SCRATCH,
    TRANSFER,
    CurvePanel,
    CurvePoint,
    DepthPoint,
)
from benchmarks.models import Result, Verdict
from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.catalog.depth import CARDS as DEPTH_CARDS
from benchmarks.plan.catalog.depth import STAGES
from frontend.presenters.gap_places import Place, all_simulated, axis_word, by_place_and_metric
from frontend.presenters.results import NAMES, runs_of
from frontend.presenters.words import metric_word

FROZEN = {card.slug: dict(card.settings) for card in DEPTH_CARDS}


@dataclass(frozen=True)
class Section:
    """One scenario's results in one metric."""

    place: Place
    results: list[Result]

    @property
    def metric_name(self) -> str:
        """Return the metric as papers write it."""
        return metric_word(self.results[0].metric)

    @property
    def simulated(self) -> bool:
        """Return whether every number here is simulated."""
        return all_simulated(self.results)


@dataclass(frozen=True)
class DepthRow:
    """The results at one frozen depth, counted from the input and from the output."""

    depth: int
    from_input: Result | None
    from_output: Result | None


@dataclass(frozen=True)
class DepthSection(Section):
    """The sweep over frozen depth in one scenario."""

    @cached_property
    def groups(self) -> list[tuple[int, list[DepthRow]]]:
        """Return rows by depth for each number of labelled target subjects."""
        ordered = sorted(self.results, key=lambda row: row.n_target)
        return [
            (n_target, _depth_rows(list(found)))
            for n_target, found in groupby(ordered, key=lambda row: row.n_target)
        ]

    @cached_property
    def chart(self) -> str:
        """Return gain against depth as SVG."""
        rows = [
            _depth_entry(result, row.depth, end)
            for _, group in self.groups
            for row in group
            for result, end in ((row.from_input, FROM_INPUT), (row.from_output, FROM_OUTPUT))
            if result is not None and result.gain is not None
        ]
        return charts_gaps.depth_chart(rows, metric=self.metric_name, stages=STAGES)


def depth_sections(results: Iterable[Result], metric: str) -> list[DepthSection]:
    """Return a section per scenario of the sweep."""
    return [DepthSection(*found) for found in by_place_and_metric(results, metric)]


def _depth_rows(results: list[Result]) -> list[DepthRow]:
    ends: dict[int, dict[bool, Result]] = defaultdict(dict)
    for result in results:
        settings = FROZEN.get(result.strategy)
        if settings is None:  # nothing is frozen: counting from either end gives the same network
            ends[0] = {True: result, False: result}
        else:
            ends[settings["depth"]][settings["is_from_input"]] = result
    return [
        DepthRow(depth, sides.get(True), sides.get(False)) for depth, sides in sorted(ends.items())
    ]


def _depth_entry(result: Result, depth: int, end: str) -> DepthPoint:
    subjects = "subject" if result.n_target == 1 else "subjects"
    return {
        "panel": f"{result.n_target} labelled target {subjects}",
        "end": end,
        "depth": depth,
        "gain": result.gain,
        "low": result.gain if result.gain_low is None else result.gain_low,
        "high": result.gain if result.gain_high is None else result.gain_high,
    }


@dataclass(frozen=True)
class CurveRow:
    """One strategy's gains by label count, and the break-even with training from scratch."""

    strategy: str
    cells: list[Result | None]
    break_even: BreakEven | None

    @property
    def card(self) -> StrategyCard | None:
        """Return the strategy's card; None for one that this version no longer has."""
        return STRATEGIES.get(self.strategy)

    @property
    def any(self) -> Result:
        """Return a result of the row."""
        return next(cell for cell in self.cells if cell is not None)

    @property
    def runs(self) -> list[int]:
        """Return the runs that the row's numbers come from, newest first."""
        return runs_of(self.cells)

    @property
    def break_even_text(self) -> str:
        """Return the break-even in words."""
        return _break_even_text(self.break_even)


@dataclass(frozen=True)
class CurveSection(Section):
    """Learning curves of one scenario; ``scratch`` holds the baseline's results."""

    scratch: list[Result]

    @cached_property
    def counts(self) -> list[int]:
        """Return the label counts that were measured."""
        return sorted({row.n_target for row in self.results})

    @cached_property
    def rows(self) -> list[CurveRow]:
        """Return a row per strategy, in the catalogue's order."""
        return [
            _curve_row(strategy, list(found), self.counts)
            for strategy, found in groupby(self.results, key=lambda row: row.strategy)
        ]

    @cached_property
    def chart(self) -> str:
        """Return a panel per strategy as SVG: its curve and the one from scratch."""
        panels = [self._panel(row) for row in self.rows]
        return charts_gaps.break_even_curves(panels, metric=axis_word(self.results[0].metric))

    def _panel(self, row: CurveRow) -> CurvePanel:
        measured = {(cell.run_id, cell.n_target) for cell in row.cells if cell is not None}
        scratch = [r for r in self.scratch if (r.run_id, r.n_target) in measured]
        points = [(SCRATCH, result) for result in scratch]
        points += [(TRANSFER, cell) for cell in row.cells if cell is not None]
        found = row.break_even
        return {
            "title": NAMES.get(row.strategy, row.strategy),
            "break_even_at": found.n_target if found and found.is_ever_ahead else None,
            "rows": [_curve_entry(series, r) for series, r in points if r.mean is not None],
        }


def curve_sections(
    results: Iterable[Result], scratch: Iterable[Result], metric: str
) -> list[CurveSection]:
    """Return a section per scenario, each with the learning curves of its own runs' baselines."""
    baselines: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for row in scratch:
        baselines[row.scenario, row.metric].append(row)
    return [
        CurveSection(place, found, baselines[place.scenario, found[0].metric])
        for place, found in by_place_and_metric(results, metric)
    ]


def _curve_row(strategy: str, results: list[Result], counts: list[int]) -> CurveRow:
    by_count = {row.n_target: row for row in results}
    found = break_even((row.n_target, row.gain_low) for row in results)
    return CurveRow(strategy, [by_count.get(count) for count in counts], found)


def _curve_entry(series: str, result: Result) -> CurvePoint:
    return {
        "series": series,
        "n_target": result.n_target,
        "mean": result.mean,
        "low": result.mean if result.low is None else result.low,
        "high": result.mean if result.high is None else result.high,
    }


def _break_even_text(found: BreakEven | None) -> str:
    """Return where training from scratch catches up, in words."""
    if found is None:
        return "measured at one count only"
    if found.n_target is None:
        return f"not within the measured range: still ahead at {found.largest}"
    if not found.is_ever_ahead:
        return f"from {found.n_target} on: never clearly ahead"
    return f"from {found.n_target} on"


@dataclass(frozen=True)
class Tally:
    """How often a strategy or node got each verdict; simulated results are counted apart."""

    key: str
    name: str
    simulated: bool
    counts: Mapping[str, int]

    @property
    def full_name(self) -> str:
        """Return the name, with a remark where the results are simulated."""
        return f"{self.name}, simulated" if self.simulated else self.name

    @property
    def total(self) -> int:
        """Return how many verdicts there are."""
        return sum(self.counts.values())

    @property
    def negative(self) -> int:
        """Return how many are negative transfer."""
        return self.counts.get(Verdict.NEGATIVE_TRANSFER, 0)

    @property
    def cells(self) -> list[int]:
        """Return the counts in the order of ``Verdict``."""
        return [self.counts.get(verdict, 0) for verdict in Verdict.values]


def tallies(results: Iterable[Result], *, by_node: bool) -> list[Tally]:
    """Return verdicts counted per strategy or per node, most negative transfer first."""
    counts: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    for row in results:
        key = (row.node.path if row.node else "") if by_node else row.strategy
        if key:
            counts[key, row.simulated][row.verdict] += 1
    rows = [Tally(key, NAMES.get(key, key), is_sim, c) for (key, is_sim), c in counts.items()]
    return sorted(rows, key=lambda row: (-row.negative / row.total, -row.negative, row.name))


def shown_verdicts(results: Iterable[Result], metric: str) -> list[Result]:
    """Return the results in the metric asked for, or in each scenario's main one."""
    return [row for _, rows in by_place_and_metric(results, metric) for row in rows]


def negative_transfers(results: Iterable[Result]) -> list[Result]:
    """Return results below their baseline, the largest loss first within a metric."""
    found = [row for row in results if row.verdict == Verdict.NEGATIVE_TRANSFER]
    return sorted(found, key=lambda row: (row.metric, row.gain or 0.0))


@dataclass(frozen=True)
class Forgetting:
    """How a strategy does on the source before and after adapting; positive is forgotten.

    ``adapts`` is false where the strategy trained a network of its own, so that before is that of
    source only.
    """

    result: Result
    metric: str
    before: float | None
    after: float | None
    forgetting: float
    adapts: bool = True


def forgettings(results: Iterable[Result]) -> list[Forgetting]:
    """Return forgetting, most first within a metric, once per result cell and selection rule."""
    cells: dict[tuple[Any, ...], Forgetting] = {}
    for row in results:
        recorded = getattr(row, "forgot", None)
        if isinstance(recorded, dict) and recorded.get("forgetting") is not None:
            cells[row.run_id, row.scenario, row.strategy, row.n_target, row.selection] = Forgetting(
                result=row,
                metric=str(recorded.get("metric", "dice")),
                before=recorded.get("source_before", recorded.get("source_dice_before")),
                after=recorded.get("source_after", recorded.get("source_dice_after")),
                forgetting=float(recorded["forgetting"]),
                adapts=bool(recorded.get("adapts", True)),
            )
    return sorted(cells.values(), key=lambda row: (row.metric, -row.forgetting))
