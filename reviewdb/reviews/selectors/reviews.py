"""Reads of reviews: who sees which, and who may write."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from reviewdb.reviews.models import Membership, Review
from reviewdb.reviews.models.reviews import Role

User = AbstractBaseUser | AnonymousUser


def review_list(user: User) -> QuerySet[Review]:
    """Return public reviews and those the user is a member of, with ``study_count``."""
    return visible_reviews(user).annotate(study_count=Count("studies"))


def visible_reviews(user: User) -> QuerySet[Review]:
    """Return the reviews that the user may read; a superuser reads all."""
    if getattr(user, "is_superuser", False):
        return Review.objects.all()
    if not user.is_authenticated:
        return Review.objects.filter(is_public=True)
    mine = Membership.objects.filter(user_id=user.pk).values("review")
    return Review.objects.filter(Q(is_public=True) | Q(pk__in=mine))


def review_get(user: User, slug: str) -> Review:
    """Return the review; Http404 where there is none that the user may read."""
    return get_object_or_404(review_list(user).select_related("taxonomy"), slug=slug)


def may_write(user: User, review: Review) -> bool:
    """Return whether the user may tag and edit: its members but readers; anyone, if public."""
    if not user.is_authenticated:
        return False
    if review.is_public or getattr(user, "is_superuser", False):
        return True
    writers = Membership.objects.filter(review=review, user_id=user.pk).exclude(role=Role.READER)
    return writers.exists()
