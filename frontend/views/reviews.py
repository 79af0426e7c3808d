"""A review's members and its change log, shown to its members."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from frontend.views.current import reader, review_context, with_review
from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import Role, allowed, require
from reviewdb.reviews.models import Review
from reviewdb.reviews.selectors.changes import change_list, member_list
from reviewdb.reviews.selectors.reviews import visible_reviews
from reviewdb.reviews.services.members import member_add, member_remove, member_set_role
from reviewdb.reviews.services.reviews import review_publish

PAGE = 50
CONTROLS = ("members.change", "review.publish")


@login_required
@require_safe
@with_review
def members(request: HttpRequest, review: Review) -> HttpResponse:
    """Return the review's members; its owners get the forms that change them."""
    require(reader(request), "members.read", review)
    context = {
        **review_context(request, review),
        "members": list(member_list(reader(request), review)),
        "roles": Role.values,
        "may": allowed(reader(request), CONTROLS, review),
    }
    return render(request, "frontend/members.html", context)


@login_required
@require_safe
@with_review
def changes(request: HttpRequest, review: Review) -> HttpResponse:
    """Return what was changed in the review, newest first, fifty a page."""
    require(reader(request), "changes.read", review)
    rows = change_list(reader(request), review)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {**review_context(request, review), "page": page}
    return render(request, "frontend/changes.html", context)


@login_required
@require_POST
def member_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a member."""
    review = _review(request, slug)
    sent, user = request.POST, cast(User, request.user)
    try:
        member_add(
            review=review, username=sent.get("user", ""), role=sent.get("role", ""), user=user
        )
    except RuleViolation as violation:
        messages.error(request, violation.message, extra_tags="bad")
    return _to_members(review)


@login_required
@require_POST
def member_change(request: HttpRequest, slug: str, member_id: int) -> HttpResponse:
    """Give a member another role, or remove the member."""
    review, user = _review(request, slug), cast(User, request.user)
    member = get_object_or_404(member_list(user, review), pk=member_id)
    try:
        if request.POST.get("role") == "remove":
            member_remove(member=member, user=user)
        else:
            member_set_role(member=member, role=request.POST.get("role", ""), user=user)
    except RuleViolation as violation:
        messages.error(request, violation.message, extra_tags="bad")
    return redirect("frontend:overview") if member.user_id == user.pk else _to_members(review)


@login_required
@require_POST
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the review public or private."""
    review = _review(request, slug)
    is_public = request.POST.get("is_public") == "yes"
    review_publish(review=review, is_public=is_public, user=cast(User, request.user))
    return _to_members(review)


def _review(request: HttpRequest, slug: str) -> Review:
    return get_object_or_404(visible_reviews(reader(request)), slug=slug)


def _to_members(review: Review) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('frontend:members')}?review={review.slug}")
