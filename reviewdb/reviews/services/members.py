"""Adds and removes members of a review and changes their roles."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction

from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import Actor, require
from reviewdb.reviews.models import Action, Membership, Review, Role
from reviewdb.reviews.services.changes import change_add, differences


@transaction.atomic
def member_add(*, review: Review, username: str, role: str, user: Actor) -> Membership:
    """Add the account as a member and return it; raises RuleViolation for an existing member."""
    require(user, "members.change", review)
    return member_store(review=review, account=account_get(username), role=role, user=user)


def member_store(*, review: Review, account: User, role: str, user: Actor) -> Membership:
    """Store and return the member; the caller checks the permission and opens the transaction."""
    name = account.get_username()
    if Membership.objects.filter(review=review, user=account).exists():
        text = f"{name} is already a member; change the role instead"
        raise RuleViolation(f"user: {text}", {"user": [text]})
    row = Membership(review=review, user=account, role=_role(role))
    row.full_clean()
    row.save()
    fields = differences({}, {"user": name, "role": row.role})
    change_add(user=user, action=Action.ADDED, target=row, fields=fields)
    return row


@transaction.atomic
def member_set_role(*, member: Membership, role: str, user: Actor) -> Membership:
    """Change the member's role and return it; raises RuleViolation for the last owner."""
    row = _locked(member, user)
    before, row.role = row.role, _role(role)
    if before == row.role:
        return row
    _keep_an_owner(row, before)
    row.full_clean()
    row.save()
    fields = differences({"role": before}, {"role": row.role})
    change_add(user=user, action=Action.EDITED, target=row, fields=fields)
    return row


@transaction.atomic
def member_remove(*, member: Membership, user: Actor) -> None:
    """Remove the member; raises RuleViolation for the last owner."""
    row = _locked(member, user)
    _keep_an_owner(row, row.role)
    before = {"user": row.user.get_username(), "role": row.role}
    change_add(
        user=user,
        action=Action.REMOVED,
        target=row,
        fields=differences(before, dict.fromkeys(before)),
    )
    row.delete()


def account_get(username: str) -> User:
    """Return the account of that name; raises RuleViolation if there is none."""
    account = get_user_model().objects.filter(username=username).first()
    if account is None:
        text = f"there is no account {username!r}; an administrator can create one"
        raise RuleViolation(f"user: {text}", {"user": [text]})
    return account


def _role(role: str) -> str:
    if role not in Role.values:
        text = f"{role!r} is not one of: {', '.join(Role.values)}"
        raise RuleViolation(f"role: {text}", {"role": [text]})
    return role


def _locked(member: Membership, user: Actor) -> Membership:
    """Return the member's row, with all member rows of the review locked for the transaction."""
    require(user, "members.change", member)
    rows: dict[Any, Membership] = {
        row.pk: row
        for row in Membership.objects.select_for_update().filter(review=member.review_id)
    }
    if member.pk not in rows:
        text = "is no longer a member"
        raise RuleViolation(f"user: {text}", {"user": [text]})
    return rows[member.pk]


def _keep_an_owner(row: Membership, role_before: str) -> None:
    others = Membership.objects.filter(review=row.review_id, role=Role.OWNER).exclude(pk=row.pk)
    if role_before == Role.OWNER and not others.exists():
        text = "is the last owner; make another member owner first"
        raise RuleViolation(f"role: {text}", {"role": [text]})
