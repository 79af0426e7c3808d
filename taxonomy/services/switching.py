"""Turns a staged review into the loaded review, or merges it into the existing one, at once."""

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from reviewdb.common.errors import RuleViolation
from reviewdb.reviews.models import Evidence, Review, SourceSearch, Study
from taxonomy.folder.review_rows import BIBLIOGRAPHIC, ReviewRows
from taxonomy.models import Approach, Attribute, Taxonomy, Term, Vocabulary
from taxonomy.services.contents import SETTLED
from taxonomy.services.tally import Tally
from taxonomy.services.trees import tree_switch

TAKEN_OVER = (*BIBLIOGRAPHIC, "evidence")


def stage_switch(
    *,
    rows: ReviewRows,
    target: Review | None,
    stage: Review,
    taxonomy: Taxonomy,
    tally: Tally,
    is_public: bool,
) -> Review:
    """Return the loaded review: the renamed stage, or the target with the staged rows.

    ``is_public`` applies to a new review. Must run in a transaction of the caller. Raises
    RuleViolation if another load of the review ended since ``target`` was read.
    """
    now = Review.objects.filter(slug=rows.slug).first()
    if (now and now.pk) != (target and target.pk):
        text = f"the review {rows.slug} was loaded by another process meanwhile; load it again"
        raise RuleViolation(text, {"slug": [text]})
    if now is None:
        now = stage
        now.slug, now.title, now.is_public = rows.slug, "", is_public
        now.staged_at, now.created_at = None, timezone.now()
    else:
        _merge(now, stage)
        Taxonomy.objects.filter(review=stage).update(review=now)
    tree_switch(review=now, taxonomy=taxonomy)
    _fill(now, rows, tally, is_new=now is stage)
    _store_searches(now, rows, tally)
    return now


def _fill(review: Review, rows: ReviewRows, tally: Tally, *, is_new: bool) -> None:
    # The review's texts may have been edited since, so only empty ones are filled.
    facts = {name: text for name, text in rows.facts.items() if name != "taxonomy" and text}
    facts["title"] = facts.get("title", rows.slug)
    empty = {name: text for name, text in facts.items() if not getattr(review, name)}
    for name, text in empty.items():
        setattr(review, name, text)
    if is_new or empty:
        review.full_clean()
        review.save()
    outcome = "created" if is_new else "updated" if empty else "unchanged"
    tally.add("reviews", **{outcome: 1})


def _store_searches(review: Review, rows: ReviewRows, tally: Tally) -> None:
    known = {(row.source, row.searched_on, row.query): row for row in review.searches.all()}
    for row in rows.searches:
        key = (row.source, row.searched_on, row.query)
        search = known.get(key)
        if search is None:
            facts = dict(zip(("source", "searched_on", "query"), key, strict=True))
            SourceSearch.objects.create(review=review, hits=row.hits, **facts)
        elif search.hits != row.hits:
            search.hits = row.hits
            search.save()
        else:
            tally.add("searches", unchanged=1)
            continue
        tally.add("searches", created=int(search is None), updated=int(search is not None))


def _merge(target: Review, stage: Review) -> None:
    """Move the staged rows to the target, one model after the other; shadow studies stay behind."""
    _take_over(target, stage)
    for model in (Approach, Attribute):
        _move(model._meta.db_table, target, stage)  # noqa: SLF001 - Django's public Meta
    there = Study.objects.filter(review=target, key=OuterRef("key"))
    Study.objects.filter(~Exists(there), review=stage).update(review=target)
    own = {row.slug: row for row in Vocabulary.objects.filter(review=target)}
    for row in Vocabulary.objects.filter(review=stage):
        if row.slug in own:
            Term.objects.filter(vocabulary=row).update(vocabulary=own[row.slug])
        else:
            row.review = target
            row.save()


def _take_over(target: Review, stage: Review) -> None:
    """Copy the values of shadow studies to the target's studies, in one statement.

    A study that a person or Crossref edited since its shadow was made keeps its values. Carriers
    are left out: their evidence is ``unresolved``.
    """
    settled = ", ".join(["%s"] * len(SETTLED))
    values = ", ".join(f"{_quoted(name)} = s.{_quoted(name)}" for name in TAKEN_OVER)
    table = _quoted(Study._meta.db_table)  # noqa: SLF001 - Django's public Meta
    sql = (
        f"UPDATE {table} SET {values} FROM {table} s "  # noqa: S608 - names of our own columns
        f"WHERE s.review_id = %s AND s.evidence <> %s AND {table}.review_id = %s "
        f"AND {table}.{_quoted('key')} = s.{_quoted('key')} "
        f"AND {table}.evidence NOT IN ({settled}) "
        f"AND {table}.edited_fields = s.edited_fields"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [stage.pk, Evidence.UNRESOLVED, target.pk, *SETTLED])


def _move(table: str, target: Review, stage: Review) -> None:
    """Point rows of a shadow study to the study it stands for, in one statement."""
    name, studies = _quoted(table), _quoted(Study._meta.db_table)  # noqa: SLF001 - as above
    sql = (
        f"UPDATE {name} SET study_id = r.id FROM {studies} s "  # noqa: S608 - as above
        f"JOIN {studies} r ON r.{_quoted('key')} = s.{_quoted('key')} AND r.review_id = %s "
        f"WHERE s.review_id = %s AND {name}.study_id = s.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [target.pk, stage.pk])


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
