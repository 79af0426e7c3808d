"""Reads of the change log and of members."""

from django.db.models import QuerySet

from reviewdb.common.web.permissions import Actor, superuser
from reviewdb.reviews.models import Change, Membership, Review, Study


def change_list(user: Actor, review: Review | None = None) -> QuerySet[Change]:
    """Return the changes of the reviews that the user is a member of, newest first.

    A superuser reads all, also those of no review. With ``review``, only those of that review.
    """
    rows = Change.objects.select_related("review").order_by("-pk")
    if review is not None:
        rows = rows.filter(review=review)
    if superuser(user):
        return rows
    return rows.filter(review__in=_own_reviews(user))


def study_changes(user: Actor, study: Study) -> QuerySet[Change]:
    """Return the changes of one study, newest first; empty for users who are not members."""
    return change_list(user, study.review).filter(kind="study", object_id=study.pk)


def member_list(user: Actor, review: Review | None = None) -> QuerySet[Membership]:
    """Return the members of the reviews that the user is a member of, in order of joining."""
    rows = Membership.objects.select_related("review", "user").order_by("pk")
    if review is not None:
        rows = rows.filter(review=review)
    if superuser(user):
        return rows
    return rows.filter(review__in=_own_reviews(user))


def _own_reviews(user: Actor) -> QuerySet[Review]:
    return Review.objects.filter(memberships__user_id=user.pk or 0)
