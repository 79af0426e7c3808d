"""Chooses the results whose verdicts are counted: one metric and one selection rule each."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from benchmarks.models import Result
from benchmarks.plan.metrics import MAIN_METRICS
from benchmarks.plan.selection_rules import SELECTION_RULES

RULE = SELECTION_RULES[0]
CELL = ("run_id", "scenario", "strategy", "n_target", "metric")
HOW_COUNTED = (
    "Each strategy counts once per scenario, profile and number of labelled subjects: in the "
    "task's main metric (Dice, AUC or MAE), with the checkpoint chosen on source validation, or on "
    "target validation where the source has no images to validate on."
)


def one_rule(rows: QuerySet[Result], rule: str = RULE) -> QuerySet[Result]:
    """Return one result per cell: the one under ``rule``, else the only other one."""
    same_cell = {name: OuterRef(name) for name in CELL}
    under_rule = Result.objects.filter(**same_cell, selection=rule).order_by()
    return rows.filter(Q(selection=rule) | ~Exists(under_rule))


def headline_results(rows: QuerySet[Result]) -> QuerySet[Result]:
    """Return the results described by ``HOW_COUNTED``; no fit is counted twice."""
    return one_rule(rows.filter(metric__in=MAIN_METRICS))
