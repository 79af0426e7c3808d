"""Loads a review folder completely or not at all; loading it again changes nothing.

The rows are written in chunks to a hidden staged review and made visible at the end (staging,
contents, switching). So a long load does not block other writers.
"""

from pathlib import Path

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import OPERATOR, Actor, require
from reviewdb.common.web.table_statistics import refresh_statistics
from reviewdb.reviews.models import Action, Review, Role
from reviewdb.reviews.services.changes import change_add
from reviewdb.reviews.services.members import member_store
from reviewdb.reviews.services.reviews import review_publish
from taxonomy.folder.bundled import bundled_folder
from taxonomy.folder.review_folder import read_review
from taxonomy.folder.review_rows import ReviewRows
from taxonomy.models import Taxonomy
from taxonomy.services.contents import Staging, contents_stage
from taxonomy.services.publishing import document_check, document_store
from taxonomy.services.staging import staged, stages_sweep
from taxonomy.services.switching import stage_switch
from taxonomy.services.tally import Tally, TallyCounts
from taxonomy.services.trees import tree_store


class LoadedReview(TallyCounts):
    """The slug of what was loaded, and what that did to the rows."""

    review: str


def review_load(
    *,
    slug: str,
    folder: Path | None = None,
    owner: User | None = None,
    is_public: bool | None = None,
    user: Actor = OPERATOR,
) -> LoadedReview:
    """Load the bundled review, or a folder of the same layout, and return what changed.

    Edits by people stay: rows are added or filled in, never removed. A new review is public unless
    ``is_public`` is False; for an existing one, None changes nothing. A new review is owned by
    ``owner``, else by the account that loads it.
    """
    there = Review.objects.filter(slug=slug).first()
    require(user, "review.load" if there else "review.create", there)
    rows = read_review(folder or bundled_folder(slug), slug)
    for document in rows.documents:
        document_check(rows=document, review=there if document.is_the_review else None)
    stages_sweep()
    tally = Tally()
    with staged() as stage:
        taxonomy = tree_store(tree=rows.tree, target=there, stage=stage, tally=tally)
        contents_stage(rows, taxonomy, Staging(there, stage, tally))
        with transaction.atomic():
            review = _switch(rows, there, stage, taxonomy, tally, is_public=is_public is not False)
            if there and is_public is not None:
                review_publish(review=review, is_public=is_public, user=user)
            account = owner or (user if isinstance(user, User) and not there else None)
            _own(review, account, user)
            _store_documents(rows, review, tally, user)
            _log(review, tally, user)
            if any(tally.created.values()):
                refresh_statistics()
    return {"review": slug, **tally.as_json()}


def _switch(
    rows: ReviewRows,
    target: Review | None,
    stage: Review,
    taxonomy: Taxonomy,
    tally: Tally,
    *,
    is_public: bool,
) -> Review:
    try:
        with transaction.atomic():
            return stage_switch(
                rows=rows,
                target=target,
                stage=stage,
                taxonomy=taxonomy,
                tally=tally,
                is_public=is_public,
            )
    except IntegrityError as error:
        text = f"another account changed the review {rows.slug} meanwhile; load it again"
        raise RuleViolation(text, {"slug": [text]}) from error


def _store_documents(rows: ReviewRows, review: Review, tally: Tally, user: Actor) -> None:
    for document in rows.documents:
        owner = review if document.is_the_review else None
        tally.add("published_values", **document_store(rows=document, review=owner, user=user))


def _own(review: Review, account: User | None, user: Actor) -> None:
    """Make the account an owner if one is given that is not a member yet."""
    if account and not review.memberships.filter(user=account).exists():
        member_store(review=review, account=account, role=Role.OWNER, user=user)


def _log(review: Review, tally: Tally, user: Actor) -> None:
    """Append one change with the counts, if there are any."""
    counts = tally.touched()
    if any(counts.values()):
        change_add(user=user, action=Action.LOADED, target=review, counts=counts)
