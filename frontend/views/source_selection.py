"""Which task to transfer from: the ranked sources of a target with their evidence."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from benchmarks.findings.charts.source_selection import score_chart
from benchmarks.findings.reproduction import CELL_COLUMNS, cell_rows
from benchmarks.findings.source_selection.errors import SelectionError
from benchmarks.selectors.source_selection import (
    DEFAULT_BENCHMARK,
    NO_RUN,
    RankedSource,
    SourceEvidence,
    command_for,
    source_ranking,
    source_reproduction,
)
from frontend.presenters.context import Context
from frontend.presenters.source_selection import Choice, chosen, evidence_in
from frontend.presenters.words import metric_word, score_word
from frontend.views.current import reader
from frontend.views.downloads import csv_download


@require_safe
def source_selection(request: HttpRequest) -> HttpResponse:
    """Return a target's ranked sources; htmx gets form and list alone, others the whole page."""
    evidence = evidence_in(request)
    context = _ranked(request, evidence) if evidence else {"command": command_for()}
    is_partial = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    template = "partials/source_ranking.html" if is_partial else "source_selection.html"
    response = render(
        request,
        f"frontend/{template}",
        {
            "benchmark": evidence.run.benchmark if evidence else DEFAULT_BENCHMARK,
            "evidence": evidence,
            **context,
        },
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def _ranked(request: HttpRequest, evidence: SourceEvidence) -> Context:
    choice = chosen(request, evidence)
    context: Context = {"choice": choice, **evidence.about}
    try:
        found = source_ranking(
            evidence,
            target=choice.target,
            score=choice.score,
            by_modality=choice.by_modality,
            by_roi=choice.by_roi,
        )
    except SelectionError as error:
        return context | {"problem": str(error)}
    sources = [_in_words(one, choice.score) for one in found["candidates"]]
    return context | {
        "ranking": found,
        "ranking_query": _query(choice, evidence),
        "chart": score_chart(
            found["candidates"], score=score_word(choice.score), metric=metric_word("dice")
        ),
        "kept": [one for one in sources if one["kept"]],
        "fallen": [one for one in sources if not one["kept"]],
    }


def _query(choice: Choice, evidence: SourceEvidence) -> str:
    """Return the API's query for the same ranking."""
    asked = {
        "target": choice.target,
        "score": choice.score,
        "modality": str(choice.by_modality).lower(),
        "roi": str(choice.by_roi).lower(),
        "run": evidence.run.pk,
    }
    return f"?{urlencode(asked)}"


def _in_words(one: RankedSource, score: str) -> RankedSource:
    """Return the source, its reason naming the score as papers write it."""
    return {**one, "reason": one["reason"].replace(score, score_word(score))}


@require_safe
def tables_file(request: HttpRequest) -> HttpResponse:
    """Return every cell of Tables I to VI, published beside reproduced, as CSV."""
    evidence = evidence_in(request)
    if evidence is None:
        raise Http404(NO_RUN)
    found = source_reproduction(evidence, reader(request))
    return csv_download(
        cell_rows(found["tables"], evidence.about),
        name=f"run-{evidence.run.pk}-published-and-reproduced.csv",
        columns=["table", "row", *CELL_COLUMNS, *evidence.about],
    )
