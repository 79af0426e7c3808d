"""A run's scores per subject as files that challengeR and Claims Reloaded read."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from benchmarks.findings.exports import (
    CASE_ID,
    CHALLENGER_COLUMNS,
    challenger_rows,
    claims_rows,
)
from benchmarks.selectors.subject_scores import subject_scores
from frontend.views.downloads import csv_download
from reviewdb.common.entered import whole_number

CLAIMS_METRIC = "dice"


@require_safe
def challenger(request: HttpRequest, run_id: int) -> HttpResponse:
    """Return the run's scores in one metric, a row per task, case and algorithm."""
    metric = request.GET.get("metric", "")
    scores = subject_scores(run_id, metric=metric, selection=request.GET.get("selection", ""))
    if not scores:
        raise Http404(f"run {run_id} has no scores per subject in the metric {metric!r}")
    name = f"run-{run_id}-challenger-{metric}.csv"
    return csv_download(challenger_rows(scores), name=name, columns=CHALLENGER_COLUMNS)


@require_safe
def claims(request: HttpRequest, run_id: int) -> HttpResponse:
    """Return the Dice of one scenario at one label count, a column per algorithm."""
    scenario, labels = request.GET.get("scenario", ""), request.GET.get("n_target", "0")
    scores = subject_scores(
        run_id,
        metric=CLAIMS_METRIC,
        selection=request.GET.get("selection", ""),
        scenario=scenario,
        n_target=whole_number(labels),
    )
    if not scores:
        raise Http404(f"run {run_id} has no Dice per subject in {scenario!r} at {labels} labelled")
    name = f"run-{run_id}-claims-reloaded-{scenario}-{scores[0].n_target}.csv"
    return csv_download(claims_rows(scores), name=name, columns=[CASE_ID])
