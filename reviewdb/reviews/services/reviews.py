"""Creates reviews, and makes them public or private."""

from django.contrib.auth.models import User
from django.db import transaction

from reviewdb.common.entered import EntryError, entered_text
from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import OPERATOR, Actor, require
from reviewdb.reviews.models import Action, Review, Role
from reviewdb.reviews.services.changes import change_add, differences
from reviewdb.reviews.services.members import member_store


@transaction.atomic
def review_create(
    *,
    slug: str,
    title: str,
    owner: User | None = None,
    is_public: bool = False,
    user: Actor = OPERATOR,
) -> Review:
    """Create an empty review and return it; its owner is ``owner``, else the creating account.

    It is private unless ``is_public``, so that a team decides when to show its work.
    """
    require(user, "review.create")
    if Review.objects.filter(slug=slug).exists():
        text = f"a review {slug!r} already exists; choose another slug"
        raise RuleViolation(text, {"slug": [text]})
    try:
        title = entered_text(title)
    except EntryError as error:
        raise RuleViolation(f"title: {error}", {"title": [str(error)]}) from None
    review = Review(slug=slug, title=title, is_public=is_public)
    review.full_clean()
    review.save()
    facts = {"slug": slug, "title": review.title, "is_public": is_public}
    change_add(user=user, action=Action.ADDED, target=review, fields=differences({}, facts))
    if (account := owner or user) and isinstance(account, User):
        member_store(review=review, account=account, role=Role.OWNER, user=user)
    return review


@transaction.atomic
def review_publish(*, review: Review, is_public: bool, user: Actor) -> Review:
    """Make the review readable by everybody or only by its members, and return it."""
    require(user, "review.publish", review)
    row = Review.objects.select_for_update().get(pk=review.pk)
    fields = differences({"is_public": row.is_public}, {"is_public": is_public})
    if fields:
        row.is_public = is_public
        row.save(update_fields=["is_public"])
        change_add(user=user, action=Action.EDITED, target=row, fields=fields)
    return row
