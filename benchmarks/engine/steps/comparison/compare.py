"""Compares a strategy with its baseline in every cell of a scenario."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.engine.domains.simulated import volume_diagonal_mm
from benchmarks.engine.errors import EngineError
from benchmarks.engine.reporting.crossed import Scores
from benchmarks.engine.reporting.roc import Flags
from benchmarks.engine.reporting.statistics import crossed_interval, metric_interval
from benchmarks.engine.steps.comparison.exhibits import exhibits
from benchmarks.engine.steps.comparison.sites import by_site, scores_of_sites
from benchmarks.engine.steps.comparison.tested import folds_of, tests_of
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import FitOutputs, ResultsOutputs, TestOutputs
from benchmarks.engine.tasks.catalog import RIGHT
from benchmarks.engine.training.term_gradient import RECORD
from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.metrics import Metric
from benchmarks.plan.protocols.comparison.steps import CompareStep, EvaluateStep
from benchmarks.plan.result_row import FAILED, Forgetting, ResultDetail, ResultRow, TermDetail
from benchmarks.plan.selection_rules import PRETRAINED_RULE, TARGET_VALIDATION
from benchmarks.plan.steps.shared import ComparedCell, LabelledStep, TrainingStep
from benchmarks.plan.steps.step import Address
from benchmarks.plan.verdict_rules import BOTH_PERFECT, ONE_SCORE, too_few_people


def compare(context: StepContext[CompareStep]) -> ResultsOutputs:
    """Return result rows, curves and pictures; verdicts are added later, over all strategies."""
    step = context.step
    about = CellAbout(
        seeds=step.seeds,
        simulated=step.simulated,
        before=step.parents.before_adaptation,
        target_validation=step.target_validation,
        adapts="source_weights" in strategy_card(step.strategy).reads,
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
    """Common data of a comparison's cells; ``before`` tested the network before adaptation.

    ``adapts`` is false for strategies that train a network of their own instead of adapting it.
    """

    seeds: int
    simulated: bool
    before: tuple[Address, ...] = ()
    target_validation: int = 0
    adapts: bool = True

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
        measured = self._scores(self.cell.evaluations, metric.slug)
        defined = is_defined(measured)
        left_out: ResultDetail = {"scores": rounded(measured), "left_out": int((~defined).sum())}
        if not defined.any():
            return replace(self._empty(metric), detail=left_out)
        scores = measured[:, defined]
        is_balanced = metric.slug == "balanced_accuracy"
        rights = self._scores(self.cell.evaluations, RIGHT) if is_balanced else None
        diagonal = volume_diagonal_mm(self.context.domain_step("target").spec)
        interval = metric_interval(metric, scores, self._classes()[defined], rights, diagonal)
        detail: ResultDetail = {
            "labelled_people": labelled_people(self.cell.n_target, self.rule, self.about),
            **left_out,
            "per_subject": rounded(measured.mean(axis=0)),
            "per_seed": rounded(scores.mean(axis=1)),
            "cost": self._cost(),
            "forgetting": self._forgetting(),
            **self._by_site(metric),
        }
        row = replace(
            self._empty(metric),
            mean=interval.mean,
            low=interval.low,
            high=interval.high,
            detail=detail,
        )
        row = self._folded(row)
        if self.cell.without_term:
            row = self._with_term(row, metric, measured)
        return row if self.cell.baseline is None else self._with_gain(row, metric, measured)

    def _with_gain(self, row: ResultRow, metric: Metric, scores: Scores) -> ResultRow:
        others = self._scores(self.cell.baseline_evaluations, metric.slug)
        gains = metric.sign * (scores - others)
        gains = gains[:, is_defined(gains)]
        interval, crossed = crossed_interval(gains)
        detail: ResultDetail = {
            **row.detail,
            "gain_per_subject": np.round(gains.mean(axis=0), 6).tolist(),
        }
        if crossed:
            detail["p_value"] = float(crossed.p_value())
            detail["standard_error"] = float(crossed.standard_error)
            detail["degrees_of_freedom"] = float(crossed.degrees_of_freedom)
        row = replace(
            row,
            gain=interval.mean,
            gain_low=interval.low,
            gain_high=interval.high,
            withheld=None if crossed else ONE_SCORE,
            detail=detail,
        )
        return self._as_auc(row, scores, others) if metric.slug == "auc" else row

    def _with_term(self, row: ResultRow, metric: Metric, scores: Scores) -> ResultRow:
        """Return the row with what the strategy's term adds, and its part of the gradient."""
        term: TermDetail = {"strengths": self._strengths()}
        row = replace(row, term_gradient=self._term_gradient(), detail={**row.detail, "term": term})
        failed = self.context.failed
        if reason := next((failed[a] for a in self.cell.without_term if a in failed), None):
            term["reason"] = reason
            return row
        without = self._scores(self.cell.without_term, metric.slug)
        effects = metric.sign * (scores - without)
        effect, _ = crossed_interval(effects[:, is_defined(effects)])
        term["mean_without"] = float(without[:, is_defined(without)].mean())
        if self.cell.baseline is not None:
            baseline = self._scores(self.cell.baseline_evaluations, metric.slug)
            gains = metric.sign * (without - baseline)
            term["gain_without"] = float(gains[:, is_defined(gains)].mean())
        return replace(
            row,
            term_effect=effect.mean,
            term_effect_low=effect.low,
            term_effect_high=effect.high,
        )

    def _strengths(self) -> dict[str, float]:
        name = strategy_card(self.cell.strategy).strength
        tested = self.context.step_at(self.cell.evaluations[0], EvaluateStep)
        fitted = self.context.step_at(tested.parents.fit, TrainingStep)
        return {name: float(fitted.params[name] or 0)}

    def _term_gradient(self) -> float | None:
        """Return the median over the seeds' fits; None where nothing was measured."""
        found = [
            fit["records"][RECORD]["share"] for fit in self._fits() if RECORD in fit["records"]
        ]
        return float(np.median(found)) if found else None

    def _fits(self) -> list[FitOutputs]:
        tests = (self.context.outputs(a, TestOutputs) for a in self.cell.evaluations)
        return [self.context.outputs(test["fit"], FitOutputs) for test in tests]

    @staticmethod
    def _as_auc(row: ResultRow, scores: Scores, others: Scores) -> ResultRow:
        """Return a row on the gain in AUC without a test where its shares do not carry one."""
        is_perfect = min(scores.mean(), others.mean()) >= 1
        reason = BOTH_PERFECT if is_perfect else too_few_people(scores.shape[1])
        return replace(row, withheld=row.withheld or reason)

    def _scores(self, evaluations: Sequence[str], name: str) -> Scores:
        outputs = tests_of(self.context, evaluations)
        rows = [[s[name] for s in out["rules"][self.rule]["subjects"]] for out in outputs]
        return np.asarray(rows, dtype=np.float64)  # (seeds, subjects), NaN where not defined

    def _folded(self, row: ResultRow) -> ResultRow:
        """Return the row of a cross-validation: one test of all people, and how it was made."""
        folds = folds_of(self.context, self.cell.evaluations)
        if not folds:
            return row
        held = max(len(fold["target"]["validation"]) for fold in folds)
        about = replace(self.about, target_validation=held)
        detail: ResultDetail = {
            **row.detail,
            "folds": len(folds),
            "people": self._names(),
            "near_copies": len(folds[0].get("near_copies", [])),
            "labelled_people": labelled_people(self.cell.n_target, self.rule, about),
        }
        return replace(row, seeds=1, detail=detail)

    def _names(self) -> list[str]:
        subjects = self.context.domain("target").subjects
        (test,) = tests_of(self.context, self.cell.evaluations)
        return [subjects[number] for number in test["test_subjects"]]

    def _classes(self) -> Flags:
        strata = tests_of(self.context, self.cell.evaluations)[0]["strata"]
        return np.asarray(strata, dtype=np.bool_)

    def _by_site(self, metric: Metric) -> ResultDetail:
        sites = tests_of(self.context, self.cell.evaluations)[0].get("sites", [])
        name = scores_of_sites(metric)
        if name is None or not sites:
            return {}
        scores = self._scores(self.cell.evaluations, name)
        return by_site(metric, sites, scores, self._classes())

    def _on_source(self, evaluations: Sequence[str], rule: str) -> float:
        return float(np.mean([self._source_score(address, rule) for address in evaluations]))

    def _source_score(self, evaluation: str, rule: str) -> float:
        score = self.context.outputs(evaluation, TestOutputs)["rules"][rule].get("source")
        if score is None:
            message = f"evaluation {evaluation[:12]} has no score on the source"
            raise EngineError(message)
        return score

    def _forgetting(self) -> Forgetting | None:
        """Return the main metric on the source before and after; positive is forgetting.

        Before is the network that was adapted, under whatever rule the result is chosen. A strategy
        that adapts none is compared with ``source_only`` under its own rule.
        """
        before = self.about.before
        if not before:
            return None
        metric = self.context.task.metrics[0]
        then = self._on_source(before, PRETRAINED_RULE if self.about.adapts else self.rule)
        now = self._on_source(self.cell.evaluations, self.rule)
        return {
            "metric": metric.slug,
            "adapts": self.about.adapts,
            "source_before": then,
            "source_after": now,
            "forgetting": metric.sign * (then - now),
        }

    def _cost(self) -> dict[str, float | None]:
        costs = [fit["cost"] for fit in self._fits()]
        return {name: _mean_if_complete([cost[name] for cost in costs]) for name in costs[0]}


def is_defined(scores: Scores) -> Flags:
    """Return which subjects (subjects,) have a score under every seed of (seeds, subjects).

    A distance is not defined for a subject without the region: it is left out, and counted.
    """
    return np.asarray(~np.isnan(scores).any(axis=0))


def rounded(values: Scores) -> list[Any]:
    """Return the values as nested lists with six decimals, None where they are not defined."""
    found = np.round(values, 6).astype(object)
    found[np.isnan(values)] = None
    nested: list[Any] = found.tolist()
    return nested


def labelled_people(n_target: int, rule: str, about: CellAbout) -> int:
    """Return how many target people had their labels read before the test.

    People whose labels choose a checkpoint count, under the one rule that reads them.
    """
    return n_target + about.target_validation * (rule == TARGET_VALIDATION)


def _failed(row: ResultRow, reason: str) -> ResultRow:
    return replace(row, verdict=FAILED, detail={"reason": reason})


def _mean_if_complete(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None
