"""What can be measured, and the form that starts it."""

from typing import TypedDict

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from benchmarks.plan.benchmarks import BENCHMARKS, benchmark_card
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.errors import PlanError
from benchmarks.plan.spec import BenchmarkCard, Scenario
from benchmarks.selectors import has_live_worker, run_estimate, run_list
from benchmarks.services.runs import run_plan, run_request
from frontend.forms.forms import RunForm, add_violation
from frontend.presenters.context import Context
from frontend.presenters.protocols import page_of
from reviewdb.common.errors import RuleViolation

RUNS_SHOWN = 8


@require_safe
def benchmark_list(request: HttpRequest) -> HttpResponse:
    """Return every benchmark with its question."""
    return render(request, "frontend/benchmarks.html", {"cards": list(BENCHMARKS.values())})


@require_http_methods(["GET", "HEAD", "POST"])
def benchmark(request: HttpRequest, slug: str) -> HttpResponse:
    """Return one benchmark; a POST by a signed-in person starts a run."""
    card = _card(slug)
    if request.method != "POST":
        return _page(request, card, RunForm(card))
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    form = RunForm(card, request.POST)
    if form.is_valid():
        try:
            run = run_request(
                benchmark=card.slug,
                profile=form.cleaned_data["profile"],
                strategies=form.cleaned_data["strategies"],
                seeds=form.cleaned_data["seeds"],
                precision=form.cleaned_data["precision"] or None,
                requested_by=request.user,
            )
        except RuleViolation as violation:
            add_violation(form, violation)
        else:
            return redirect("frontend:run", run_id=run.pk)
    return _page(request, card, form, status=400)


@require_safe
def estimate(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the estimated time of the run in the form, or why it is impossible, in one line."""
    form = RunForm(_card(slug), request.GET)
    context: Context = {}
    if form.is_valid():
        try:
            _, plan = run_plan(benchmark=slug, **form.cleaned_data)
        except RuleViolation as violation:
            context = {"refused": violation.message}
        else:
            context = {"estimate": run_estimate(plan)}
    return render(request, "frontend/partials/estimate.html", context)


def _card(slug: str) -> BenchmarkCard:
    try:
        return benchmark_card(slug)
    except PlanError as error:
        raise Http404(error.message) from None


class ExcludedStrategies(TypedDict):
    """Strategies by name, and why a scenario excludes them."""

    names: list[str]
    reason: str


class Admission(TypedDict):
    """A scenario's title and whom it excludes."""

    title: str
    excluded: list[ExcludedStrategies]


def _admission(scenario: Scenario) -> Admission:
    """Return the strategies that a scenario excludes, by name, with the reasons."""
    excluded: list[ExcludedStrategies] = [
        {
            "names": [STRATEGIES[slug].name for slug in exclusion.strategies],
            "reason": exclusion.reason,
        }
        for exclusion in scenario.exclusions
    ]
    return {"title": scenario.title, "excluded": excluded}


def _not_at_profiles(card: BenchmarkCard) -> list[Admission]:
    """Return the strategies that are not run at a profile, by name, with the reasons."""
    found: list[Admission] = []
    for profile in card.profiles:
        reasons: dict[str, list[str]] = {}
        for slug in card.strategies:
            if reason := STRATEGIES[slug].refusal_at(profile):
                reasons.setdefault(reason, []).append(STRATEGIES[slug].name)
        if reasons:
            excluded: list[ExcludedStrategies] = [
                {"names": names, "reason": reason} for reason, names in reasons.items()
            ]
            found.append({"title": f"Profile {profile.slug}", "excluded": excluded})
    return found


def _page(
    request: HttpRequest, card: BenchmarkCard, form: RunForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "card": card,
        "form": form,
        "strategies": [STRATEGIES[slug] for slug in card.strategies],
        "admission": [
            *(_admission(scenario) for scenario in card.scenarios if scenario.exclusions),
            *_not_at_profiles(card),
        ],
        "runs": list(run_list(benchmark=card.slug)[:RUNS_SHOWN]),
        "has_worker": has_live_worker(),
    }
    page = page_of(card.slug)
    context |= page.context(request, card.slug)
    return render(request, page.template, context, status=status)
