"""Starts reviews."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from reviewdb.common.errors import RuleViolation
from reviewdb.reviews.models import Membership, Review, Role


@transaction.atomic
def review_create(
    *, slug: str, title: str, owner: AbstractBaseUser | None = None, is_public: bool = True
) -> Review:
    """Return a new, empty review, owned by ``owner`` where one is given."""
    if Review.objects.filter(slug=slug).exists():
        text = f"a review {slug!r} exists already; choose another slug"
        raise RuleViolation(text, {"slug": [text]})
    review = Review(slug=slug, title=title.strip(), is_public=is_public)
    review.full_clean()
    review.save()
    if owner is not None:
        membership: dict[str, Any] = {"review": review, "user": owner, "role": Role.OWNER}
        Membership.objects.create(**membership)
    return review
