"""Compares two runs and shows only what differs."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from benchmarks.models import Run
from benchmarks.selectors import run_list
from benchmarks.selectors.comparison import CELL, CellDifference, run_comparison
from frontend.presenters.context import Context
from frontend.views.downloads import csv_download
from reviewdb.common.entered import whole_number
from reviewdb.common.json_object import JsonObject

OFFERED = 60
"""Number of newest runs that the form offers; an older one can be named in the address."""


@require_safe
@never_cache
def compare(request: HttpRequest) -> HttpResponse:
    """Return what differs between the runs ``a`` and ``b``; without both, a form to choose them."""
    chosen = {side: _run_id(request, side) for side in ("a", "b")}
    context: Context = {"chosen": chosen, "runs": _offered(chosen)}
    if chosen["a"] and chosen["b"]:
        context |= _compared(chosen["a"], chosen["b"])
    return render(request, "frontend/run_compare.html", context)


@require_safe
def results_file(request: HttpRequest) -> HttpResponse:
    """Return the results that differ between the runs ``a`` and ``b`` as CSV, one row per cell."""
    a, b = (_run_id(request, side) for side in ("a", "b"))
    if not a or not b:
        raise Http404("Name two runs, as ?a=1&b=2.")
    results = _compared(a, b)["comparison"]["results"]
    if results["refused"]:
        raise Http404(results["refused"])
    rows = [_flat(row) for row in results["different"]]
    return csv_download(rows, name=f"runs-{a}-and-{b}.csv", columns=CELL)


def _flat(row: CellDifference) -> JsonObject:
    sides = {"a": row["a"], "b": row["b"]}
    measured = {f"{s}_{name}": value for s, cell in sides.items() for name, value in cell.items()}
    return {**row["cell"], **measured, "difference": row["difference"], "overlap": row["overlap"]}


def _run_id(request: HttpRequest, side: str) -> int | None:
    asked = request.GET.get(side, "")
    number = whole_number(asked)
    if asked and number is None:
        raise Http404(f"{side}={asked!r} is not a run; give the number of one.")
    return number


def _offered(chosen: dict[str, int | None]) -> list[Run]:
    """Return the newest runs, and those that the address names."""
    newest = list(run_list()[:OFFERED])
    missing = {run_id for run_id in chosen.values() if run_id} - {run.pk for run in newest}
    return newest + list(run_list().filter(pk__in=missing)) if missing else newest


def _compared(a: int, b: int) -> Context:
    try:
        found = run_comparison(a, b)
    except Run.DoesNotExist:
        raise Http404(f"There is no run {a}, or no run {b}.") from None
    steps, results = found["plan"]["steps"], found["results"]
    return {
        "comparison": found,
        "settings": found["settings"] + found["provenance"],
        "steps": {name: sum(row[name] for row in steps) for name in ("shared", "only_a", "only_b")},
        "all_simulated": all(
            row[side]["simulated"] for row in results["different"] for side in ("a", "b")
        ),
    }
