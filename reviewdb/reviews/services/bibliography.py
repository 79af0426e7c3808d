"""Fills studies' bibliographic entries from the review's Crossref work."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from django.db import transaction

from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import OPERATOR, Actor, require
from reviewdb.reviews.bibliography.crossref import Reference, read_work
from reviewdb.reviews.bibliography.match import Entry, agrees, same_author
from reviewdb.reviews.models import Action, Review, Study
from reviewdb.reviews.models.studies import Evidence
from reviewdb.reviews.services.changes import FieldValues, changes_add, differences

FIELDS = ("title", "authors", "year", "venue", "doi")
NEEDED = 3  # papers named in the text that must agree; all of them if fewer are named
REPLACEABLE = (Evidence.UNRESOLVED, Evidence.INFERRED)


class ResolutionCounts(TypedDict):
    """How many studies were filled, changed or left as edited; the references without an entry."""

    resolved: int
    updated: int
    skipped_edited: int
    unmatched: list[str]


@dataclass
class Resolution:
    """The outcome of resolving: reference numbers of studies, by what happened to them."""

    resolved: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    skipped_edited: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)

    def as_json(self) -> ResolutionCounts:
        """Return the counts, and the unmatched reference numbers."""
        return {
            "resolved": len(self.resolved),
            "updated": len(self.updated),
            "skipped_edited": len(self.skipped_edited),
            "unmatched": self.unmatched,
        }


@transaction.atomic
def bibliography_resolve(
    *, review: Review, data: bytes, name: str, user: Actor = OPERATOR
) -> Resolution:
    """Fill the review's studies from a Crossref work; return the outcome for each.

    Raises RuleViolation, with nothing changed, unless the papers named in the review's text agree
    with the work's references of the same numbers. Only stated fields are filled in; fields that a
    person edited stay.
    """
    require(user, "review.load", review)
    studies = list(review.studies.select_for_update().order_by("position", "id"))
    before = {study.pk: _state(study) for study in studies}
    references = read_work(data, name, {study.key for study in studies})
    _require_agreement(studies, references)
    resolution = Resolution()
    changed = [study for study in studies if _resolve(study, references.get(study.key), resolution)]
    Study.objects.bulk_update(changed, [*FIELDS, "evidence"])
    changes = [(study, differences(before[study.pk], _state(study))) for study in changed]
    changes_add(user=user, action=Action.RESOLVED, targets=changes)
    return resolution


def _state(study: Study) -> FieldValues:
    return {name: getattr(study, name) for name in (*FIELDS, "evidence")}


def read_file(path: Path) -> bytes:
    """Return the file's bytes; raises RuleViolation if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        text = f"{path} cannot be read: {error.strerror}"
        raise RuleViolation(text, {"from": [text]}) from None


def _entry(study: Study) -> Entry:
    return Entry(study.title, study.authors, study.year)


def _require_agreement(studies: list[Study], references: dict[str, Reference]) -> None:
    """Raise RuleViolation unless enough papers named in the text agree and none contradicts."""
    named = [
        study
        for study in studies
        if study.evidence == Evidence.NAMED and "title" not in study.edited_fields
    ]
    verdicts = {
        study.key: agrees(_entry(study), references[study.key])
        for study in named
        if study.key in references
    }
    errors = {
        f"reference {study.key}": [_contradiction(study, references[study.key])]
        for study in named
        if verdicts.get(study.key) is False
    }
    if errors:
        text = f"refused, nothing was changed: {len(errors)} of the papers named in the text differ"
        first = next(iter(errors.items()))
        raise RuleViolation(f"{text}; {first[0]}: {first[1][0]}", errors)
    matched = sum(verdict is True for verdict in verdicts.values())
    needed = min(NEEDED, len(named)) or NEEDED
    if matched < needed:
        text = (
            f"refused, nothing was changed: of the {len(named)} papers named in the text, "
            f"{matched} can be recognised in the work; {needed} must be, to trust its numbers"
        )
        raise RuleViolation(text, {"reference": [text]})


def _contradiction(study: Study, reference: Reference) -> str:
    there = reference.title or reference.citation or f"{reference.author} {reference.year}"
    return f"the text names {study.title!r} ({study.year}), the work has {there!r}"


def _resolve(study: Study, reference: Reference | None, resolution: Resolution) -> bool:
    """Fill one study; return whether it changed."""
    if reference is None or not reference.identifies_paper:
        resolution.unmatched.append(study.key)
        return False
    stated, edited = _stated(reference), study.edited_fields
    if any(
        stated[name] and stated[name] != getattr(study, name) for name in edited if name in stated
    ):
        resolution.skipped_edited.append(study.key)
    changes = {
        name: value
        for name, value in _values(study, reference).items()
        if name not in edited and getattr(study, name) != value
    }
    is_new = study.evidence in REPLACEABLE
    if is_new:
        resolution.resolved.append(study.key)
        study.evidence = Evidence.RESOLVED
    elif changes:
        resolution.updated.append(study.key)
    for name, value in changes.items():
        setattr(study, name, value)
    return is_new or bool(changes)


def _stated(reference: Reference) -> FieldValues:
    # A citation deposited as one text is stored whole, because extracting its title would be a
    # guess.
    return {
        "title": reference.title or reference.citation,
        "authors": reference.author,
        "year": reference.year,
        "venue": reference.venue,
        "doi": reference.doi,
    }


def _values(study: Study, reference: Reference) -> FieldValues:
    """Return the study's new values from the reference, by field."""
    stated = _stated(reference)
    if study.evidence in (Evidence.NAMED, Evidence.EDITED):
        return {name: value for name, value in stated.items() if value and not getattr(study, name)}
    if study.evidence == Evidence.INFERRED and agrees(_entry(study), reference) is False:
        return stated  # the inferred entry was wrong: clear all its fields
    if study.authors and reference.author and same_author(study.authors, reference.author):
        stated["authors"] = (
            study.authors
        )  # the text names all authors, the reference only the first
    if study.title and not reference.title and agrees(_entry(study), reference):
        stated["title"] = study.title
    return {name: value for name, value in stated.items() if value}
