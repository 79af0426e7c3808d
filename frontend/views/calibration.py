"""How often our verdicts err and our intervals cover."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from benchmarks.findings.calibration import LEAST, LEVEL_WORDS, MOST
from benchmarks.findings.calibration import calibration as measured


@require_safe
def calibration(request: HttpRequest) -> HttpResponse:
    """Return what `make calibration` measured."""
    found = measured()
    rows = found["coverage"] if found else []
    context = {
        "found": found,
        "level_words": LEVEL_WORDS,
        "least": LEAST,
        "most": MOST,
        "short": sum(row["covered"] < LEAST for row in rows),
        "long": sum(row["covered"] > MOST for row in rows),
    }
    return render(request, "frontend/calibration.html", context)
