"""The review's knowledge gaps, each with what was measured about it here."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from benchmarks.findings.charts import gaps as charts_gaps
from benchmarks.models import Verdict
from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.selection_rules import SELECTION_RULES
from benchmarks.selectors import gap_evidence
from benchmarks.selectors.evidence import one_reading
from benchmarks.selectors.gaps import gap_get, gap_list, gaps_of
from benchmarks.selectors.headline import one_rule
from frontend.presenters import gap_files, gap_results
from frontend.presenters.context import Context
from frontend.presenters.gap_places import chosen, metrics_of
from frontend.views.current import review_context, with_review
from reviewdb.reviews.models import Review

SHOWN_AT_ONCE = 25


@require_safe
@with_review
@one_reading()
def gaps(request: HttpRequest, review: Review) -> HttpResponse:
    """Return the gaps with how much was measured about each."""
    context = {**review_context(request, review), "gaps": gap_list(review)}
    return render(request, "frontend/gaps.html", context)


@require_safe
@with_review
@one_reading()
def gap(request: HttpRequest, review: Review, slug: str) -> HttpResponse:
    """Return one gap: the question, and the measurements that answer it."""
    found = gap_get(review, slug)
    if found is None:
        names = ", ".join(gap.slug for gap in gaps_of(review)) or "none"
        raise Http404(f"This review names no gap {slug!r}; there are: {names}.")
    context = {
        **review_context(request, review),
        "gap": found,
        "others": [other for other in gaps_of(review) if other.slug != slug],
        "benchmark": BENCHMARKS[found["benchmark"]],
        **PAGES[slug](request),
    }
    return render(request, f"frontend/gaps_{slug.replace('-', '_')}.html", context)


def _instance_weights(request: HttpRequest) -> Context:
    return {"sections": gap_files.weight_sections(gap_evidence.weight_files())}


def _feature_spaces(request: HttpRequest) -> Context:
    return {"sections": gap_files.space_sections(gap_evidence.feature_space_files())}


def _parameters_to_tune(request: HttpRequest) -> Context:
    choice = chosen(request)
    rows = list(gap_evidence.depth_results().filter(selection=choice.selection))
    sections = gap_results.depth_sections(rows, choice.metric)
    return {"sections": sections, **_choices(rows, choice)}


def _training_set_size(request: HttpRequest) -> Context:
    choice = chosen(request)
    rows = list(gap_evidence.curve_results().filter(selection=choice.selection))
    runs = {row.run_id for row in rows}
    scratch = gap_evidence.scratch_results(runs).filter(selection=choice.selection)
    sections = gap_results.curve_sections(rows, scratch, choice.metric)
    return {"sections": sections, **_choices(rows, choice)}


def _negative_transfer(request: HttpRequest) -> Context:
    choice = chosen(request)
    rows = list(one_rule(gap_evidence.verdict_rows(), choice.selection))
    shown = gap_results.shown_verdicts(rows, choice.metric)
    strategies = gap_results.tallies(shown, by_node=False)
    negatives, forgotten = gap_results.negative_transfers(shown), gap_results.forgettings(shown)
    return {
        "shown": shown,
        "strategies": strategies,
        "nodes": gap_results.tallies(shown, by_node=True),
        "verdicts": Verdict.values,
        "chart": charts_gaps.verdict_bars(
            [{"name": row.full_name, "counts": row.counts} for row in strategies]
        ),
        "negatives": _in_two(negatives),
        "forgotten": _in_two(forgotten),
        "all_simulated": all(row.simulated for row in shown),
        **_choices(rows, choice),
    }


def _interpretation(request: HttpRequest) -> Context:
    return {"sections": gap_files.picture_sections(gap_evidence.prediction_pictures())}


def _choices(rows: list[Any], choice: Any) -> Context:
    return {"choice": choice, "metrics": metrics_of(rows), "rules": SELECTION_RULES}


def _in_two(rows: list[Any]) -> dict[str, list[Any]]:
    """Return the rows that are shown at once, and those that the reader unfolds."""
    return {"first": rows[:SHOWN_AT_ONCE], "more": rows[SHOWN_AT_ONCE:]}


PAGES: dict[str, Callable[[HttpRequest], Context]] = {
    "instance-weights": _instance_weights,
    "feature-spaces": _feature_spaces,
    "parameters-to-tune": _parameters_to_tune,
    "training-set-size": _training_set_size,
    "negative-transfer": _negative_transfer,
    "interpretation": _interpretation,
}
