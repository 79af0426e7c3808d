"""Reads each strategy's scores per test subject."""

from benchmarks.findings.exports import SubjectScores
from benchmarks.models import Result
from benchmarks.plan.selection_rules import SELECTION_RULES


def subject_scores(
    run: int,
    *,
    metric: str,
    selection: str = "",
    scenario: str = "",
    n_target: int | None = None,
) -> list[SubjectScores]:
    """Return the scores of one run in one metric under one rule, the primary rule by default.

    An empty ``scenario`` and an ``n_target`` of None mean all. Failed strategies have no scores and
    are left out.
    """
    rows = Result.objects.filter(run_id=run, metric=metric)
    if scenario:
        rows = rows.filter(scenario=scenario)
    if n_target is not None:
        rows = rows.filter(n_target=n_target)
    found = list(rows.order_by("scenario", "n_target", "strategy", "pk"))
    rule = selection or _primary({result.selection for result in found})
    return [
        SubjectScores(r.scenario, r.n_target, r.strategy, tuple(r.detail["per_subject"]))
        for r in found
        if r.selection == rule and r.detail.get("per_subject")
    ]


def _primary(rules: set[str]) -> str:
    return next((rule for rule in SELECTION_RULES if rule in rules), "")
