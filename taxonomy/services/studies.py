"""What people do to a study: tag it, and correct its bibliographic entry."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from reviewdb.common.errors import RuleViolation
from reviewdb.common.tables_in.terms import term_slug
from reviewdb.common.web.permissions import require
from reviewdb.common.years import year_problem
from reviewdb.reviews.models import Study
from reviewdb.reviews.models.studies import Evidence
from reviewdb.reviews.selectors.reviews import User
from taxonomy.models import Tag, Tagging

EDITABLE = ("title", "authors", "year", "venue", "doi", "abstract")
TAG_LIMIT = 100


@transaction.atomic
def study_tag(*, study: Study, name: str, user: User) -> tuple[Tag, bool]:
    """Give the study the tag, made where new; returns it and whether the study lacked it."""
    require(user, "study.tag", study)
    name = " ".join(name.split())
    if not name or len(name) > TAG_LIMIT:
        text = f"must hold 1 to {TAG_LIMIT} characters, got {len(name)}"
        raise RuleViolation(f"tag: {text}", {"tag": [text]})
    slug = term_slug(name)[:TAG_LIMIT]
    tag, _ = Tag.objects.get_or_create(review=study.review, slug=slug, defaults={"name": name})
    _, created = Tagging.objects.get_or_create(
        study=study, tag=tag, defaults={"tagged_by_id": user.pk}
    )
    return tag, created


@transaction.atomic
def study_untag(*, study: Study, tag: str, user: User) -> None:
    """Take the tag, given by slug or name, off the study; a tag that nothing has any more goes."""
    require(user, "study.tag", study)
    taggings = Tagging.objects.filter(study=study)
    found = taggings.filter(tag__slug=tag) or taggings.filter(tag__slug=term_slug(tag))
    if not found:
        known = ", ".join(taggings.values_list("tag__slug", flat=True)) or "none"
        text = f"the study has no tag {tag!r}; it has: {known}"
        raise RuleViolation(f"tag: {text}", {"tag": [text]})
    tags = [row.tag_id for row in found]
    Tagging.objects.filter(study=study, tag__in=tags).delete()
    Tag.objects.filter(pk__in=tags, taggings=None).delete()


@transaction.atomic
def study_edit(*, study: Study, user: User, fields: Mapping[str, Any]) -> Study:
    """Return the study with the fields a person entered; no import overwrites them again."""
    require(user, "study.edit", study)
    unknown = [name for name in fields if name not in EDITABLE]
    if unknown:
        text = f"not editable; editable: {', '.join(EDITABLE)}"
        raise RuleViolation(f"{unknown[0]}: {text}", {name: [text] for name in unknown})
    row = Study.objects.select_for_update().get(pk=study.pk)
    retitled = "title" in fields and fields["title"] != row.title
    for name, value in fields.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    _check_year(row.year)
    if retitled and row.evidence != Evidence.NAMED:
        row.evidence = Evidence.EDITED
    row.edited_fields = sorted({*row.edited_fields, *fields})
    row.full_clean()
    row.save()
    return row


def _check_year(year: int | None) -> None:
    if year is not None and (text := year_problem(year)):
        raise RuleViolation(f"year: {text}", {"year": [text]})
