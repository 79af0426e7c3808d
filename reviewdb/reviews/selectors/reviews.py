"""Reads of reviews that the user may see: the permission ``review.read`` as a query."""

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import Actor, superuser
from reviewdb.reviews.models import Membership, Review

User = Actor


def review_list(user: User) -> QuerySet[Review]:
    """Return public reviews and those the user is a member of, with ``study_count``."""
    return visible_reviews(user).annotate(study_count=Count("studies"))


def visible_reviews(user: User) -> QuerySet[Review]:
    """Return the reviews that the user may read; a superuser reads all."""
    if superuser(user):
        return Review.objects.all()
    if user.pk is None:
        return Review.objects.filter(is_public=True)
    mine = Membership.objects.filter(user_id=user.pk).values("review")
    return Review.objects.filter(Q(is_public=True) | Q(pk__in=mine))


def review_get(user: User, slug: str) -> Review:
    """Return the review; Http404 if it is missing or the user may not read it."""
    return get_object_or_404(review_list(user), slug=slug)


def review_named(slug: str) -> Review:
    """Return any review, for a command; raises RuleViolation with the known slugs."""
    review = Review.objects.filter(slug=slug).first()
    if review is None:
        known = ", ".join(Review.objects.values_list("slug", flat=True)) or "none yet"
        text = f"no review {slug!r}; there are: {known}"
        raise RuleViolation(text, {"review": [text]})
    return review
