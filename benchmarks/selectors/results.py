"""Reads of results: by filter, by taxonomy node, by study."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from benchmarks.models import Result
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.selectors.evidence import evidence_results
from reviewdb.reviews.models import Study
from taxonomy.models import Node

REFERENCED_REVIEW = "valverde2021"
"""The review whose reference numbers the cards' ``references`` are."""


@dataclass(frozen=True)
class ResultFilters:
    """What results are wanted; an empty value means any. ``node`` includes its descendants."""

    run: int | None = None
    benchmark: str = ""
    scenario: str = ""
    strategy: str = ""
    node: str = ""
    metric: str = ""
    selection: str = ""
    verdict: str = ""


def result_list(filters: ResultFilters | None = None) -> QuerySet[Result]:
    """Return the matching results with run and node, oldest first."""
    filters = filters or ResultFilters()
    rows = _rows().order_by("pk")
    exact = {
        "run_id": filters.run,
        "run__benchmark": filters.benchmark,
        "scenario": filters.scenario,
        "strategy": filters.strategy,
        "metric": filters.metric,
        "selection": filters.selection,
        "verdict": filters.verdict,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    return rows.filter(_below(filters.node)) if filters.node else rows


def results_for_node(path: str) -> QuerySet[Result]:
    """Return what was measured at a node and below, as far as it counts as evidence."""
    return evidence_results(_rows().filter(_below(path)))


def results_for_study(study: Study) -> QuerySet[Result]:
    """Return the evidence about the strategies whose cards cite the study."""
    if study.review.slug != REFERENCED_REVIEW:
        return _rows().none()
    cited = [card.slug for card in STRATEGIES.values() if study.key in card.references]
    return evidence_results(_rows().filter(strategy__in=cited))


def result_row(result: Result) -> dict[str, Any]:
    """Return a result as the API shows it; ``run`` and ``node`` must be loaded."""
    return {
        "id": result.pk,
        "run": result.run_id,
        "benchmark": result.run.benchmark,
        "scenario": result.scenario,
        "strategy": result.strategy,
        "node": result.node.path if result.node else None,
        "n_target": result.n_target,
        "metric": result.metric,
        "mean": result.mean,
        "low": result.low,
        "high": result.high,
        "baseline": result.baseline or None,
        "gain": result.gain,
        "gain_low": result.gain_low,
        "gain_high": result.gain_high,
        "verdict": result.verdict or None,
        "selection": result.selection,
        "seeds": result.seeds,
        "simulated": result.simulated,
    }


def node_paths() -> list[str]:
    """Return the paths a result can be asked for."""
    return list(Node.objects.order_by("path").values_list("path", flat=True).distinct())


def distinct_values(field: str) -> list[str]:
    """Return the values that results have in a column."""
    return sorted(Result.objects.order_by().values_list(field, flat=True).distinct())


def _rows() -> QuerySet[Result]:
    return Result.objects.select_related("run", "node").defer("run__plan")


def _below(path: str) -> Q:
    return Q(node__path=path) | Q(node__path__startswith=f"{path}/")
