"""Adds, corrects and removes the effects that studies report."""

import math
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from reviewdb.common.entered import EntryError, entered_text
from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import require
from reviewdb.reviews.models import Action, Study
from reviewdb.reviews.selectors.reviews import User
from reviewdb.reviews.services.changes import FieldValues, change_add, differences
from taxonomy.models import Node, ReportedEffect

TEXTS = {
    "better": 300,
    "worse": 300,
    "metric": 100,
    "datasets": 300,
    "node_path": 300,
    "section": 100,
}
REQUIRED = ("better", "worse", "metric", "better_value", "worse_value")
MEANS, SPREADS, COUNTS = (
    ("better_value", "worse_value"),
    ("better_sd", "worse_sd"),
    ("subjects", "sites"),
)
EFFECT_FIELDS = (
    "better", "worse", "metric", "is_higher_better", *MEANS, *SPREADS, *COUNTS, "datasets",
    "node_path", "section",
)  # fmt: skip
LARGEST = 10_000_000


@transaction.atomic
def effect_add(*, study: Study, fields: Mapping[str, Any], user: User) -> ReportedEffect:
    """Return the new effect of the study; raises RuleViolation with every wrong field."""
    require(user, "study.classify", study)
    missing = [name for name in REQUIRED if fields.get(name) in (None, "")]
    if missing:
        _refuse(dict.fromkeys(missing, "must be given"))
    effect = ReportedEffect(study=study)
    _set(effect, fields)
    effect.save()
    added = differences({}, _state(effect))
    change_add(user=user, action=Action.ADDED, target=effect, fields=added)
    return effect


@transaction.atomic
def effect_edit(*, effect: ReportedEffect, fields: Mapping[str, Any], user: User) -> ReportedEffect:
    """Set the given fields and return the effect; raises RuleViolation with every wrong field."""
    require(user, "study.classify", effect.study)
    row = ReportedEffect.objects.select_for_update().select_related("study").get(pk=effect.pk)
    before = _state(row)
    _set(row, fields)
    if changed := differences(before, _state(row)):
        row.save()
        change_add(user=user, action=Action.EDITED, target=row, fields=changed)
    return row


@transaction.atomic
def effect_remove(*, effect: ReportedEffect, user: User) -> None:
    """Remove the effect; the change log keeps what it said."""
    require(user, "study.classify", effect.study)
    removed = differences(_state(effect), dict.fromkeys(EFFECT_FIELDS))
    change_add(user=user, action=Action.REMOVED, target=effect, fields=removed)
    effect.delete()


def _state(effect: ReportedEffect) -> FieldValues:
    return {name: getattr(effect, name) for name in EFFECT_FIELDS}


def _set(effect: ReportedEffect, fields: Mapping[str, Any]) -> None:
    errors: dict[str, str] = {}
    for name, value in fields.items():
        try:
            setattr(effect, name, _entered(effect, name, value))
        except EntryError as error:
            errors[name] = str(error)
    if errors:
        _refuse(errors)
    effect.full_clean()


def _entered(effect: ReportedEffect, name: str, value: Any) -> Any:
    if name not in EFFECT_FIELDS:
        raise EntryError(f"not a field of an effect; there are: {', '.join(EFFECT_FIELDS)}")
    if name in REQUIRED and value in (None, ""):
        raise EntryError("must be given")
    if name == "is_higher_better":
        return bool(value)
    if name in TEXTS:
        text = entered_text(value, limit=TEXTS[name])
        return _known_node(effect, text) if name == "node_path" else text
    return _number(name, value)


def _number(name: str, value: Any) -> Any:
    if value is None:
        return None
    if not math.isfinite(value):
        raise EntryError("must be a finite number")
    least = {"better_sd": 0.0, "worse_sd": 0.0, "subjects": 2, "sites": 1}.get(name, -math.inf)
    if not least <= value <= LARGEST:
        raise EntryError(f"must be at least {least} and at most {LARGEST}, got {value}")
    return value


def _known_node(effect: ReportedEffect, path: str) -> str:
    tree = getattr(effect.study.review, "tree", None)
    known = Node.objects.filter(taxonomy=tree.taxonomy if tree else None, path=path)
    if path and not known.exists():
        raise EntryError(f"no node {path!r} in the review's tree")
    return path


def _refuse(errors: Mapping[str, str]) -> None:
    field, text = next(iter(errors.items()))
    raise RuleViolation(f"{field}: {text}", {name: [why] for name, why in errors.items()})
