"""Compares a strategy with its baseline in every cell of a scenario."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.engine.errors import EngineError
from benchmarks.engine.reporting.statistics import Scores, bootstrap_interval, sign_flip_p_value
from benchmarks.engine.steps.comparison.exhibits import exhibits
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import FitOutputs, ResultsOutputs, TestOutputs
from benchmarks.plan.metrics import Metric
from benchmarks.plan.protocols.comparison.steps import CompareStep
from benchmarks.plan.result_row import FAILED, Forgetting, ResultDetail, ResultRow
from benchmarks.plan.steps.shared import ComparedCell, LabelledStep
from benchmarks.plan.steps.step import Address


def compare(context: StepContext[CompareStep]) -> ResultsOutputs:
    """Return result rows, curves and pictures; verdicts are added later, over all strategies."""
    step = context.step
    about = CellAbout(
        seeds=step.seeds, simulated=step.simulated, before=step.parents.before_adaptation
    )
    results = [
        row.as_json()
        for cell in step.cells
        for rule in step.rules
        for row in MeasuredCell(context, cell, rule, about).rows()
    ]
    whole = [cell for cell in step.cells if not about.first_failure(context, cell)]
    return {"results": results, "artifacts": exhibits(context, whole)}


@dataclass(frozen=True, kw_only=True)
class CellAbout:
    """Common data of a comparison's cells; ``before`` tested the network before adaptation."""

    seeds: int
    simulated: bool
    before: tuple[Address, ...] = ()

    def first_failure(self, context: StepContext[LabelledStep], cell: ComparedCell) -> str | None:
        """Return why one of the cell's tests failed; None where none did."""
        needed = (*cell.needed, *self.before)
        return next((context.failed[a] for a in needed if a in context.failed), None)


@dataclass(frozen=True)
class MeasuredCell:
    """One strategy at one number of labelled subjects under one selection rule."""

    context: StepContext[LabelledStep]
    cell: ComparedCell
    rule: str
    about: CellAbout

    def rows(self) -> list[ResultRow]:
        """Return one result row per metric, without verdicts."""
        reason = self.about.first_failure(self.context, self.cell)
        return [
            _failed(self._empty(metric), reason) if reason else self._measured(metric)
            for metric in self.context.task.metrics
        ]

    def _empty(self, metric: Metric) -> ResultRow:
        cell = self.cell
        return ResultRow(
            scenario=cell.scenario,
            strategy=cell.strategy,
            node=cell.node,
            n_target=cell.n_target,
            metric=metric.slug,
            baseline=cell.baseline,
            selection=self.rule,
            seeds=self.about.seeds,
            simulated=self.about.simulated,
        )

    def _measured(self, metric: Metric) -> ResultRow:
        scores = self._scores(self.cell.evaluations, metric)
        interval = bootstrap_interval(scores, strata=self._strata())
        detail: ResultDetail = {
            "per_subject": np.round(scores.mean(axis=0), 6).tolist(),
            "per_seed": np.round(scores.mean(axis=1), 6).tolist(),
            "cost": self._cost(),
            "forgetting": self._forgetting(),
        }
        row = replace(
            self._empty(metric),
            mean=interval.mean,
            low=interval.low,
            high=interval.high,
            detail=detail,
        )
        return row if self.cell.baseline is None else self._with_gain(row, metric, scores)

    def _with_gain(self, row: ResultRow, metric: Metric, scores: Scores) -> ResultRow:
        gains = metric.sign * (scores - self._scores(self.cell.baseline_evaluations, metric))
        interval = bootstrap_interval(gains, strata=self._strata())
        detail: ResultDetail = {
            **row.detail,
            "p_value": sign_flip_p_value(gains.mean(axis=0)),
            "gain_per_subject": np.round(gains.mean(axis=0), 6).tolist(),
        }
        return replace(
            row,
            gain=interval.mean,
            gain_low=interval.low,
            gain_high=interval.high,
            detail=detail,
        )

    def _scores(self, evaluations: Sequence[str], metric: Metric) -> Scores:
        outputs = [self.context.outputs(address, TestOutputs) for address in evaluations]
        rows = [[s[metric.slug] for s in out["rules"][self.rule]["subjects"]] for out in outputs]
        return np.asarray(rows, dtype=np.float64)  # (seeds, subjects)

    def _strata(self) -> list[int]:
        return self.context.outputs(self.cell.evaluations[0], TestOutputs)["strata"]

    def _on_source(self, evaluations: Sequence[str]) -> float:
        return float(np.mean([self._source_score(address) for address in evaluations]))

    def _source_score(self, evaluation: str) -> float:
        score = self.context.outputs(evaluation, TestOutputs)["rules"][self.rule].get("source")
        if score is None:
            message = f"evaluation {evaluation[:12]} has no score on the source"
            raise EngineError(message)
        return score

    def _forgetting(self) -> Forgetting | None:
        """Return the main metric on the source before and after; positive is forgetting."""
        before = self.about.before
        if not before:
            return None
        metric = self.context.task.metrics[0]
        then, now = self._on_source(before), self._on_source(self.cell.evaluations)
        return {
            "metric": metric.slug,
            "source_before": then,
            "source_after": now,
            "forgetting": metric.sign * (then - now),
        }

    def _cost(self) -> dict[str, float | None]:
        fits = [self.context.outputs(a, TestOutputs)["fit"] for a in self.cell.evaluations]
        costs = [self.context.outputs(address, FitOutputs)["cost"] for address in fits]
        return {name: _mean_if_complete([cost[name] for cost in costs]) for name in costs[0]}


def _failed(row: ResultRow, reason: str) -> ResultRow:
    return replace(row, verdict=FAILED, detail={"reason": reason})


def _mean_if_complete(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None
