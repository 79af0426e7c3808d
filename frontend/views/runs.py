"""Runs: the list, one run while it works and afterwards, cancel, retry, delete, downloads."""

from typing import TypedDict, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from benchmarks.findings.charts import results as charts
from benchmarks.models import FINAL_STATES, Artifact, Run, RunState
from benchmarks.plan.benchmarks import benchmark_card
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.errors import PlanError
from benchmarks.plan.metrics import METRICS
from benchmarks.plan.selection_rules import SELECTION_RULES
from benchmarks.plan.tolerances import TOLERANCES
from benchmarks.selectors import (
    has_live_worker,
    result_list,
    result_row,
    run_get,
    run_list,
    run_progress,
)
from benchmarks.selectors.gap_evidence import PREDICTIONS
from benchmarks.selectors.run_parts import artifact_json, artifact_list, event_tail, step_list
from benchmarks.services.deletion import run_delete
from benchmarks.services.runs import run_cancel, run_retry
from frontend.presenters.context import Context
from frontend.presenters.log import log_lines
from frontend.presenters.prospects import prospect_rows
from frontend.presenters.ranks import exported_layouts, ranked_blocks
from frontend.presenters.results import NAMES, pair_tables, scenario_card, scenario_tables
from frontend.presenters.words import validated_word
from frontend.views.downloads import csv_download
from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import allowed

PAGE = 30


@require_safe
def run_list_page(request: HttpRequest) -> HttpResponse:
    """Return runs, newest first, thirty a page."""
    page = Paginator(run_list(), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "has_worker": has_live_worker()}
    return render(request, "frontend/runs.html", context)


@require_safe
@never_cache
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Return one run: progress, results and provenance."""
    found = _run(run_id)
    selection = request.GET.get("selection", "")
    if selection not in ("", *SELECTION_RULES):
        raise Http404(f"no selection rule {selection!r}; there are: {', '.join(SELECTION_RULES)}")
    results = list(result_list(run=found.pk))
    pictures = artifact_list(found, "picture")
    context = {
        **_progress_context(request, found, len(results)),
        "tables": scenario_tables(results, selection=selection),
        "pairs": pair_tables(results, selection=selection),
        "tolerances": [
            (metric, TOLERANCES[slug])
            for slug, metric in METRICS.items()
            if slug in {result.metric for result in results}
        ],
        "selection": selection,
        "rules": [rule for rule in SELECTION_RULES if rule in {r.selection for r in results}],
        "prospects": prospect_rows(results),
        "ranked": ranked_blocks(found.benchmark, artifact_list(found, "ranks")),
        "exported": exported_layouts(results),
        "predictions": [file for file in pictures if file.name == PREDICTIONS],
        "comparisons": [file for file in pictures if file.name != PREDICTIONS],
        "curves": _curves(found.benchmark, artifact_list(found, "curves")),
        "cards": [STRATEGIES[slug] for slug in found.strategies if slug in STRATEGIES],
        "benchmark_title": _benchmark_title(found),
    }
    return render(request, "frontend/run.html", context)


@require_safe
@never_cache
def progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """Return the part of a run's page that is polled."""
    found = _run(run_id)
    count = result_list(run=found.pk).count()
    response = render(
        request, "frontend/partials/progress.html", _progress_context(request, found, count)
    )
    if str(count) != request.GET.get("results") or found.state in FINAL_STATES:
        trigger_client_event(response, "results-changed", {}, after="settle")
    return response


@login_required
@require_POST
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """Cancel a run and return to its page."""
    found = _run(run_id)
    try:
        run_cancel(run_id=found.pk, user=_person(request))
    except RuleViolation as violation:
        messages.error(request, violation.message, extra_tags="bad")
    return redirect("frontend:run", run_id=found.pk)


@login_required
@require_POST
def retry(request: HttpRequest, run_id: int) -> HttpResponse:
    """Request the run once more and go to the new one's page."""
    found = _run(run_id)
    try:
        new = run_retry(run_id=found.pk, user=_person(request))
    except RuleViolation as violation:
        messages.error(request, violation.message, extra_tags="bad")
        return redirect("frontend:run", run_id=found.pk)
    return redirect("frontend:run", run_id=new.pk)


@require_safe
def results_file(request: HttpRequest, run_id: int, ending: str) -> HttpResponse:
    """Return every result of the run as CSV or JSON."""
    found = _run(run_id)
    rows = [result_row(result) for result in result_list(run=found.pk)]
    name = f"run-{found.pk}-results.{ending}"
    if ending == "csv":
        return csv_download(rows, name=name, columns=["id"])
    response = JsonResponse({"run": found.pk, "results": rows}, json_dumps_params={"indent": 1})
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@require_POST
def delete(request: HttpRequest, run_id: int) -> HttpResponse:
    """Delete an ended run with its files and return to the list."""
    found = _run(run_id)
    try:
        freed = run_delete(run_id=found.pk, user=_person(request))
    except RuleViolation as violation:
        messages.error(request, violation.message, extra_tags="bad")
        return redirect("frontend:run", run_id=found.pk)
    messages.success(request, f"Run {run_id} is deleted; its files took {filesizeformat(freed)}.")
    return redirect("frontend:runs")


def _person(request: HttpRequest) -> User:
    """Return who is signed in."""
    return cast(User, request.user)


def _run(run_id: int) -> Run:
    try:
        return run_get(run_id)
    except Run.DoesNotExist:
        raise Http404(f"There is no run {run_id}.") from None


def _progress_context(request: HttpRequest, found: Run, result_count: int) -> Context:
    steps = step_list(found)
    labels = {step.address: step.label for step in steps}
    is_final = found.state in FINAL_STATES
    return {
        "run": found,
        "steps": steps,
        "progress": run_progress(found),
        "lines": log_lines(event_tail(found), labels),
        "is_final": is_final,
        "result_count": result_count,
        "may": allowed(request.user, ("run.cancel", "run.retry", "run.delete"), found),
        "needs_worker": found.state == RunState.QUEUED and not has_live_worker(),
    }


class DrawnCurve(TypedDict):
    """A fit's training curves as SVG, and the file they are drawn from."""

    file: Artifact
    svg: str
    name: str
    scenario: str


def _curves(benchmark: str, files: list[Artifact]) -> list[DrawnCurve]:
    drawn: list[DrawnCurve] = []
    for file in files:
        content = artifact_json(file)
        scenario = scenario_card(benchmark, file.scenario)
        validated = validated_word(scenario.task if scenario else "")
        svg = charts.training_curves(content, validated=validated) if content else ""
        if svg:
            name = NAMES.get(file.strategy, file.strategy)
            title = scenario.title if scenario else file.scenario
            drawn.append({"file": file, "svg": svg, "name": name, "scenario": title})
    return drawn


def _benchmark_title(found: Run) -> str:
    try:
        return benchmark_card(found.benchmark).title
    except PlanError:
        return found.benchmark
