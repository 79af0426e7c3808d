"""Studies: search by filters and words, one study's page, its tags and its bibliography."""

from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from benchmarks.plan.catalog import STRATEGIES
from benchmarks.selectors import results_for_study
from benchmarks.selectors.claims import study_claims
from benchmarks.selectors.results import REFERENCED_REVIEW
from frontend.forms.forms import StudyForm, TagForm, add_violation
from frontend.presenters.claims import shown_claims
from frontend.presenters.context import Context
from frontend.presenters.results import pair_tables, scenario_tables
from frontend.views.current import reader, review_context, with_review
from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import allowed, require
from reviewdb.reviews.models import Review, Study
from reviewdb.reviews.selectors.changes import study_changes
from taxonomy.selectors.facets import NOT_STATED, FacetValue
from taxonomy.selectors.studies import study_facets, study_get, study_list
from taxonomy.services.studies import study_edit, study_tag, study_unlock, study_untag

PAGE = 25
SHOWN = 60  # values of a facet
KNOWN_TAGS = 200  # tags suggested in the form
FACET_LABELS = {
    "node": "Taxonomy node",
    "technique": "Technique",
    "task": "Task",
    "application": "Application",
    "mri": "MRI",
    "method": "Method",
    "label_setting": "Label setting",
    "year": "Year",
    "tag": "Tag",
}
OPEN_FACETS = ("node",)
STUDY_CONTROLS = ("study.tag", "study.edit", "study.classify", "changes.read")
HISTORY = 20


@dataclass(frozen=True)
class ShownFacet:
    """A facet as the page lists it; ``chosen`` is the value that is set, or empty."""

    name: str
    label: str
    chosen: str
    values: list[FacetValue]

    @property
    def shown(self) -> list[FacetValue]:
        """Return the first values; the chosen one and "not stated" wherever they stand."""
        kept = (self.chosen, NOT_STATED)
        rest = [value for value in self.values[SHOWN:] if value["value"] in kept]
        return [*self.values[:SHOWN], *rest]

    @property
    def more(self) -> int:
        """Return how many values are not shown."""
        return len(self.values) - len(self.shown)

    @property
    def is_open(self) -> bool:
        """Return whether the list is unfolded from the start."""
        return bool(self.chosen) or self.name in OPEN_FACETS

    @property
    def chosen_label(self) -> str:
        """Return how the chosen value reads."""
        labels = {value["value"]: value["label"] for value in self.values}
        return labels.get(self.chosen, self.chosen)


@require_safe
@with_review
def browse(request: HttpRequest, review: Review) -> HttpResponse:
    """Return the studies that fit; htmx gets the list alone, everybody else the whole page."""
    chosen = {name: request.GET.get(name, "") for name in ("q", *FACET_LABELS)}
    context: Context = {**review_context(request, review), "total": review.studies.count()}
    status = 200
    try:
        context |= _found(request, review, chosen)
    except RuleViolation as violation:
        context |= _found(request, review, {}) | {"problem": violation.message}
        status = 400
    is_partial = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    template = "frontend/partials/browse.html" if is_partial else "frontend/studies.html"
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _found(request: HttpRequest, review: Review, chosen: dict[str, str]) -> Context:
    filters = {**chosen, "review": review.slug}
    studies = study_list(reader(request), filters)
    counted = study_facets(reader(request), filters)
    facets = [
        ShownFacet(name, label, chosen.get(name, ""), counted[name])
        for name, label in FACET_LABELS.items()
        if counted[name]
    ]
    return {
        "page": Paginator(studies, PAGE).get_page(request.GET.get("page")),
        "facets": facets,
        "chosen": chosen,
        "set_facets": [facet for facet in facets if facet.chosen],
    }


@require_safe
def study(request: HttpRequest, study_id: int) -> HttpResponse:
    """Return one study: bibliography, approaches, what the review says, tags, results."""
    found = study_get(reader(request), study_id)
    results = list(results_for_study(found))
    context = {
        **_study_context(request, found),
        "approaches": list(found.approaches.all()),
        "attributes": list(found.attributes.all()),
        "history": list(study_changes(reader(request), found)[:HISTORY]),
        "claims": shown_claims(study_claims(found)),
        "tables": scenario_tables(results),
        "pairs": pair_tables(results),
        "cards": [
            card
            for card in STRATEGIES.values()
            if found.review.slug == REFERENCED_REVIEW and found.key in card.references
        ],
    }
    return render(request, "frontend/study.html", context)


@login_required
def edit(request: HttpRequest, study_id: int) -> HttpResponse:
    """Return the form for the bibliographic fields; a POST saves what was changed."""
    found = study_get(reader(request), study_id)
    require(reader(request), "study.edit", found)
    initial = {name: getattr(found, name) for name in StudyForm.base_fields}
    form = StudyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        try:
            study_edit(study=found, user=cast(User, request.user), fields=changes)
        except RuleViolation as violation:
            add_violation(form, violation)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("frontend:study", study_id=found.pk)
    context = {**_study_context(request, found), "form": form}
    status = 400 if form.errors else 200
    return render(request, "frontend/study_edit.html", context, status=status)


@login_required
@require_POST
def unlock(request: HttpRequest, study_id: int) -> HttpResponse:
    """Let imports and look-ups overwrite the named fields again."""
    found = study_get(reader(request), study_id)
    try:
        study_unlock(
            study=found, user=cast(User, request.user), fields=request.POST.getlist("field")
        )
    except RuleViolation as violation:
        messages.error(request, violation.message, extra_tags="bad")
    return redirect("frontend:study", study_id=found.pk)


@login_required
@require_POST
def tag(request: HttpRequest, study_id: int) -> HttpResponse:
    """Give the study a tag."""
    found = study_get(reader(request), study_id)
    form = TagForm(request.POST)
    problem = ""
    try:
        name = form.cleaned_data["name"] if form.is_valid() else request.POST.get("name", "")
        study_tag(study=found, name=name, user=cast(User, request.user))
    except RuleViolation as violation:
        problem = violation.message
    return _tagged(request, found, problem)


@login_required
@require_POST
def untag(request: HttpRequest, study_id: int) -> HttpResponse:
    """Take a tag off the study."""
    found = study_get(reader(request), study_id)
    problem = ""
    try:
        name = request.POST.get("tag", "")
        study_untag(study=found, tag=name, user=cast(User, request.user))
    except RuleViolation as violation:
        problem = violation.message
    return _tagged(request, found, problem)


def _tagged(request: HttpRequest, found: Study, problem: str) -> HttpResponse:
    """Return the tags as a fragment for htmx or with a problem, else a redirect to the study."""
    if not request.htmx and not problem:  # type: ignore[attr-defined]
        return redirect("frontend:study", study_id=found.pk)
    fresh = study_get(reader(request), found.pk)
    context = {**_study_context(request, fresh), "problem": problem}
    return render(request, "frontend/partials/tags.html", context)


def _study_context(request: HttpRequest, found: Study) -> Context:
    return {
        "may": allowed(reader(request), STUDY_CONTROLS, found),
        "study": found,
        "review": found.review,
        "reference": f"Reference {found.key}",
        "taggings": list(found.taggings.all()),
        "known_tags": list(found.review.tags.all()[:KNOWN_TAGS]),
    }
