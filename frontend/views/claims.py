"""Published claims on trial, and the effects that people enter for a study."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from benchmarks.findings.false_claims import ALARM, PLAUSIBLE
from benchmarks.selectors.claims import claim_list, study_claims
from frontend.forms.forms import EffectForm, add_violation
from frontend.presenters.claims import shown_claims
from frontend.views.current import reader, review_context, with_review
from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import require
from reviewdb.reviews.models import Review
from taxonomy.selectors.effects import effect_get
from taxonomy.selectors.studies import study_get
from taxonomy.services.effects import effect_add, effect_remove


@require_safe
@with_review
def claims(request: HttpRequest, review: Review) -> HttpResponse:
    """Return the review's published claims: risk, what would settle them, our verdicts."""
    rows = shown_claims(claim_list(review))
    known = [row for row in rows if row.high is not None]
    context = {
        **review_context(request, review),
        "claims": rows,
        "known": len(known),
        "doubtful": sum((row.high or 0) > ALARM for row in known),
        "low": PLAUSIBLE[0],
        "high": PLAUSIBLE[1],
    }
    return render(request, "frontend/claims.html", context)


@login_required
def effect_new(request: HttpRequest, study_id: int) -> HttpResponse:
    """Return the form for an effect that the study reports; a POST adds it."""
    study = study_get(reader(request), study_id)
    require(reader(request), "study.classify", study)
    nodes = sorted({approach.node.path for approach in study.approaches.all()})
    form = EffectForm(nodes, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            effect_add(study=study, fields=form.cleaned_data, user=cast(User, request.user))
        except RuleViolation as violation:
            add_violation(form, violation)
        else:
            return redirect("frontend:effect-new", study_id=study.pk)
    context = {
        "study": study,
        "review": study.review,
        "reference": f"Reference {study.key}",
        "form": form,
        "claims": shown_claims(study_claims(study)),
        "may_edit": True,
    }
    status = 400 if form.errors else 200
    return render(request, "frontend/effects.html", context, status=status)


@login_required
@require_POST
def effect_drop(request: HttpRequest, effect_id: int) -> HttpResponse:
    """Remove the effect and return to its study's effects."""
    effect = effect_get(reader(request), effect_id)
    study = effect.study_id
    effect_remove(effect=effect, user=cast(User, request.user))
    return redirect("frontend:effect-new", study_id=study)
