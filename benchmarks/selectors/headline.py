"""Chooses the results whose verdicts are counted: one metric and one selection rule each."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from benchmarks.models import Result
from benchmarks.plan.metrics import MAIN_METRICS
from benchmarks.plan.selection_rules import SELECTION_RULES

RULE = SELECTION_RULES[0]
CELL = ("run_id", "scenario", "strategy", "n_target", "metric")
HOW_COUNTED = (
    "Each strategy counts once per scenario, profile and number of labelled subjects: in the "
    "task's main metric (Dice, AUC or MAE), with the final weights. Where a protocol has no such "
    "result, the first of source validation and target validation that it has is counted."
)


def one_rule(rows: QuerySet[Result], rule: str = RULE) -> QuerySet[Result]:
    """Return one result per cell: the one under ``rule``, else under the first other rule."""
    order = (rule, *(other for other in SELECTION_RULES if other != rule))
    same_cell = {name: OuterRef(name) for name in CELL}
    kept = Q(selection=rule)
    for place, other in enumerate(order[1:], start=1):
        preferred = Result.objects.filter(**same_cell, selection__in=order[:place]).order_by()
        kept = Q(kept | (Q(selection=other) & ~Exists(preferred)))
    return rows.filter(kept)


def headline_results(rows: QuerySet[Result]) -> QuerySet[Result]:
    """Return the results described by ``HOW_COUNTED``; no fit is counted twice."""
    return one_rule(rows.filter(metric__in=MAIN_METRICS))
