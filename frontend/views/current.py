"""Which review a page is about: the one in ``?review=``, else the first that one may read."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from frontend.presenters.context import Context
from reviewdb.reviews.models import Review
from reviewdb.reviews.selectors.reviews import review_get, review_list

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, Review, P], HttpResponse]


def reader(request: HttpRequest) -> User | AnonymousUser:
    """Return who is reading."""
    return request.user


def with_review(page: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Return the view, called with the review; without one, its page explains how to load one."""

    @wraps(page)
    def view(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        slug = request.GET.get("review", "")
        found = review_get(reader(request), slug) if slug else review_list(reader(request)).first()
        if found is None:
            return render(request, "frontend/no_review.html")
        return page(request, found, *args, **kwargs)

    return view  # type: ignore[return-value]  # wraps() hides that the review is already bound


def review_context(request: HttpRequest, review: Review) -> Context:
    """Return the review, and the query that keeps links on it where it was chosen."""
    slug = request.GET.get("review", "")
    return {"review": review, "review_query": f"?review={review.slug}" if slug else ""}
