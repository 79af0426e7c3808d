"""Appends to the change log; each writing service calls it in its transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models

from reviewdb.common.web.permissions import Actor
from reviewdb.reviews.models import Action, Change, Review

FieldValue = str | int | float | bool | list[str] | None
"""What a column of a row holds, as people enter it or a document states it."""
FieldValues = dict[str, FieldValue]
Differences = dict[str, dict[str, FieldValue]]
"""What differs by column: the values ``from`` and ``to``."""
LABEL = 300
OWNERS = ("study", "taxonomy", "vocabulary")
"""The relations that lead from a row without a review field to its review."""
PLAIN = (str, int, float, bool, list, dict, type(None))


def change_add(
    *,
    user: Actor,
    action: Action,
    target: models.Model,
    fields: Differences | None = None,
    counts: Mapping[str, Any] | None = None,
) -> Change:
    """Return the appended change; raises RuntimeError outside a transaction."""
    _require_transaction()
    row = _row(user, action, target, fields or {}, counts or {})
    row.save()
    return row


def changes_add(
    *, user: Actor, action: Action, targets: Iterable[tuple[models.Model, Differences]]
) -> int:
    """Append one change per target in one bulk call; return how many."""
    _require_transaction()
    rows = [_row(user, action, target, fields, {}) for target, fields in targets]
    return len(Change.objects.bulk_create(rows))


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Differences:
    """Return the differences as ``{field: {"from": old, "to": new}}``, in JSON values."""
    return {
        name: {"from": _plain(before.get(name)), "to": _plain(value)}
        for name, value in after.items()
        if before.get(name) != value
    }


def _row(
    user: Actor,
    action: Action,
    target: models.Model,
    fields: Differences,
    counts: Mapping[str, Any],
) -> Change:
    return Change(
        by_id=user.pk,
        by_name=user.get_username(),
        review=_review(target, action),
        action=action,
        kind=target._meta.model_name or "",  # noqa: SLF001 - Django's public way to a model's name
        object_id=target.pk,
        label=str(target)[:LABEL],
        fields=fields,
        counts=dict(counts),
    )


def _review(target: Any, action: Action) -> Review | None:
    """Return the target's review; None if the target is a deleted review."""
    if isinstance(target, Review):
        return None if action == Action.REMOVED else target
    owners = (getattr(target, name, None) for name in OWNERS)
    owner = next((row for row in owners if row is not None), target)
    found: Review | None = getattr(owner, "review", None)
    return found


def _plain(value: Any) -> Any:
    return value if isinstance(value, PLAIN) else str(value)


def _require_transaction() -> None:
    # Outside a transaction, a crash between the two writes would leave only one of them.
    if not connection.in_atomic_block:
        raise RuntimeError("a change is logged in the transaction that makes it")
