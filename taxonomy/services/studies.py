"""Tags studies and corrects their bibliographic entries."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

from django.db import transaction

from reviewdb.common.entered import EntryError, entered_doi, entered_text
from reviewdb.common.errors import RuleViolation
from reviewdb.common.tables_in.terms import folded, free_slug
from reviewdb.common.web.permissions import require
from reviewdb.common.years import year_problem
from reviewdb.reviews.models import Action, Review, Study
from reviewdb.reviews.models.studies import Evidence
from reviewdb.reviews.selectors.reviews import User
from reviewdb.reviews.services.changes import FieldValues, change_add, differences
from taxonomy.models import Tag, Tagging

EDITABLE = ("title", "authors", "year", "venue", "doi", "abstract")
TAG_LIMIT = 100


@transaction.atomic
def study_tag(*, study: Study, name: str, user: User) -> tuple[Tag, bool]:
    """Tag the study, creating the tag if missing; return it and whether the study lacked it."""
    require(user, "study.tag", study)
    name = _entered_tag(name)
    tag = _tag(study.review, name)
    _, created = Tagging.objects.get_or_create(
        study=study, tag=tag, defaults={"tagged_by_id": user.pk}
    )
    if created:
        fields = differences({"tag": None}, {"tag": tag.name})
        change_add(user=user, action=Action.TAGGED, target=study, fields=fields)
    return tag, created


def _tag(review: Review, name: str) -> Tag:
    """Return the review's tag of that name, created if missing; ``C`` and ``C++`` are different."""
    known = list(review.tags.all())
    for tag in known:
        if folded(tag.name) == folded(name):
            return tag
    slug = free_slug(name, {tag.slug for tag in known}, TAG_LIMIT)
    return Tag.objects.get_or_create(review=review, slug=slug, defaults={"name": name})[0]


@transaction.atomic
def study_untag(*, study: Study, tag: str, user: User) -> None:
    """Remove the tag, given by slug or name, from the study; an unused tag is deleted."""
    require(user, "study.tag", study)
    taggings = Tagging.objects.filter(study=study)
    tag = _entered_tag(tag)
    rows = list(taggings.select_related("tag"))
    found = [row for row in rows if row.tag.slug == tag] or [
        row for row in rows if folded(row.tag.name) == folded(tag)
    ]
    if not found:
        known = ", ".join(row.tag.slug for row in rows) or "none"
        text = f"the study has no tag {tag!r}; it has: {known}"
        raise RuleViolation(f"tag: {text}", {"tag": [text]})
    tags = [row.tag_id for row in found]
    names = [row.tag.name for row in found]
    Tagging.objects.filter(study=study, tag__in=tags).delete()
    Tag.objects.filter(pk__in=tags, taggings=None).delete()
    for name in names:
        fields = differences({"tag": name}, {"tag": None})
        change_add(user=user, action=Action.UNTAGGED, target=study, fields=fields)


@transaction.atomic
def study_edit(*, study: Study, user: User, fields: Mapping[str, Any]) -> Study:
    """Set the study's fields as entered by a person and return it; imports do not overwrite them.

    A cleared field is unlocked: the next import or look-up may fill it.
    """
    require(user, "study.edit", study)
    unknown = [name for name in fields if name not in EDITABLE]
    if unknown:
        text = f"not editable; editable: {', '.join(EDITABLE)}"
        raise RuleViolation(f"{unknown[0]}: {text}", {name: [text] for name in unknown})
    row = Study.objects.select_for_update().get(pk=study.pk)
    before = _state(row)
    for name, value in study_entered(fields).items():
        setattr(row, name, value)
    study_lock(row, fields, str(before["title"]))
    return _save(row, before, user, Action.EDITED)


@transaction.atomic
def study_unlock(*, study: Study, user: User, fields: Collection[str]) -> Study:
    """Unlock the named fields for imports and return the study; the values stay until then."""
    require(user, "study.edit", study)
    row = Study.objects.select_for_update().get(pk=study.pk)
    wrong = [name for name in fields if name not in row.edited_fields]
    if wrong or not fields:
        known = ", ".join(row.edited_fields) or "none"
        text = f"not locked: {', '.join(wrong) or 'no field was named'}; locked: {known}"
        raise RuleViolation(f"fields: {text}", {"fields": [text]})
    before = _state(row)
    row.edited_fields = [name for name in row.edited_fields if name not in fields]
    if "title" in fields and row.evidence == Evidence.EDITED:
        row.evidence = Evidence.UNRESOLVED
    return _save(row, before, user, Action.UNLOCKED)


def study_lock(row: Study, names: Iterable[str], title_before: str) -> None:
    """Lock the fields that a person set against imports, and unlock the cleared ones."""
    if row.title != title_before and row.evidence != Evidence.NAMED:
        row.evidence = Evidence.EDITED if row.title else Evidence.UNRESOLVED
    cleared = {name for name in names if not getattr(row, name)}
    row.edited_fields = sorted({*row.edited_fields, *names} - cleared)


def _state(row: Study) -> FieldValues:
    return {name: getattr(row, name) for name in (*EDITABLE, "evidence", "edited_fields")}


def _save(row: Study, before: FieldValues, user: User, action: Action) -> Study:
    """Save the study and log the differences; without differences nothing is written."""
    row.full_clean()
    fields = differences(before, _state(row))
    if fields:
        row.save()
        change_add(user=user, action=action, target=row, fields=fields)
    return row


def study_entered(fields: Mapping[str, Any]) -> FieldValues:
    """Return the fields as they are stored; raises RuleViolation with every wrong field."""
    values: FieldValues = {}
    errors: dict[str, list[str]] = {}
    for name, value in fields.items():
        try:
            values[name] = ENTERED[name](value)
        except EntryError as error:
            errors[name] = [str(error)]
    if errors:
        field, texts = next(iter(errors.items()))
        raise RuleViolation(f"{field}: {texts[0]}", errors)
    return values


def _entered_tag(name: str) -> str:
    try:
        name = entered_text(name)
    except EntryError as error:
        raise RuleViolation(f"tag: {error}", {"tag": [str(error)]}) from None
    if not name or len(name) > TAG_LIMIT:
        text = f"must hold 1 to {TAG_LIMIT} characters, got {len(name)}"
        raise RuleViolation(f"tag: {text}", {"tag": [text]})
    return name


def _entered_year(year: int | None) -> int | None:
    if year is not None and (text := year_problem(year)):
        raise EntryError(text)
    return year


ENTERED: dict[str, Callable[[Any], Any]] = {
    "title": entered_text,
    "authors": entered_text,
    "year": _entered_year,
    "venue": entered_text,
    "doi": entered_doi,
    "abstract": partial(entered_text, lines=True),
}
