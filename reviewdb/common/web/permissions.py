"""The table of permissions, and the two functions that read it.

``may`` returns a bool, for a page that shows or hides a control; ``require`` raises, for a service
that writes. Both take an action's name, the user, and the target: a review, a run, or anything
that has a ``review``. A superuser may do everything, and so may whoever types a command on the
server (``OPERATOR``): both can read the database anyway. `docs/permissions.md` is this table for
people, and a test compares the two.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from rules.permissions import has_perm, set_perm
from rules.predicates import always_allow, always_deny, predicate


class Role(models.TextChoices):
    """What a member is in a review."""

    OWNER = "owner"
    REVIEWER = "reviewer"
    EXTRACTOR = "extractor"
    READER = "reader"


@dataclass(frozen=True)
class Operator:
    """The user of commands on the server; the change log shows this name."""

    name: str = "command line"
    pk: None = None
    is_authenticated: bool = True
    is_active: bool = True
    is_staff: bool = True
    is_superuser: bool = True

    def get_username(self) -> str:
        """Return the name that the change log shows."""
        return self.name


OPERATOR = Operator()
Actor = AbstractBaseUser | AnonymousUser | Operator


def role_of(user: Actor, review: Any) -> str:
    """Return the user's role in the review, in one query; empty for none."""
    if user.pk is None:
        return ""
    roles = review.memberships.filter(user_id=user.pk).values_list("role", flat=True)
    return str(roles.first() or "")


def review_of(target: Any) -> Any:
    """Return the review that the target is, or belongs to."""
    return target if hasattr(target, "memberships") else target.review


@predicate
def superuser(user: Any) -> bool:
    """True for superusers and for the command line."""
    return bool(user.is_active and getattr(user, "is_superuser", False))


@predicate
def staff(user: Any) -> bool:
    """True for accounts that may enter the administration."""
    return bool(user.is_active and getattr(user, "is_staff", False))


@predicate
def account(user: Any) -> bool:
    """True for everybody who is signed in."""
    return bool(user.is_authenticated and user.is_active)


@predicate
def public(user: Any, target: Any) -> bool:
    """True for everybody, where the review is public."""
    return bool(review_of(target).is_public)


@predicate
def requester(user: Any, run: Any) -> bool:
    """True for the account that requested the run."""
    return user.pk is not None and run.requested_by_id == user.pk


def role(*roles: Role) -> Any:
    """Return the predicate that is true for members with one of these roles."""

    def has_role(user: Any, target: Any) -> bool:
        return bool(user.is_active) and role_of(user, review_of(target)) in roles

    return predicate(has_role, name=" or ".join(roles))


member = role(*Role)
extractor = role(Role.EXTRACTOR, Role.REVIEWER, Role.OWNER)
reviewer = role(Role.REVIEWER, Role.OWNER)
owner = role(Role.OWNER)
anyone = always_allow
nobody = always_deny  # but superusers and commands

ACTIONS: dict[str, tuple[Any, str]] = {
    # A review that the user may not read is answered with "not found".
    "review.read": (public | member, "read and export the review"),
    "review.create": (account, "create a review"),
    "review.load": (reviewer, "load a folder or a bibliography into the review"),
    "documents.share": (nobody, "change documents that belong to no review"),
    "review.publish": (owner, "make the review public or private"),
    "members.read": (member, "see who the members are"),
    "members.change": (owner, "add members, change their roles, remove them"),
    "changes.read": (member, "see who changed what"),
    "study.tag": (extractor, "tag studies"),
    "study.edit": (extractor, "edit the bibliography of studies"),
    "study.classify": (extractor, "file studies in the taxonomy and state attributes"),
    # Runs belong to no review: their results are about strategies.
    "run.read": (anyone, "read runs, results and their files"),
    "run.request": (account, "request a run"),
    "run.cancel": (requester | staff, "cancel a run"),
    "run.retry": (requester | staff, "repeat a run"),
    "run.delete": (requester | staff, "delete a run"),
}

for _name, (_who, _) in ACTIONS.items():
    set_perm(_name, superuser | _who)


def may(user: Actor, action: str, target: Any = None) -> bool:
    """Return whether the user may do this; raises KeyError for an action the table lacks."""
    ACTIONS[action]
    return bool(has_perm(action, user, target))


def allowed(user: Actor, actions: Iterable[str], target: Any = None) -> dict[str, bool]:
    """Return for a page whether the user may do each action; names have ``_`` for ``.``."""
    return {action.replace(".", "_"): may(user, action, target) for action in actions}


def require(user: Actor, action: str, target: Any = None) -> None:
    """Raise PermissionDenied, saying what is needed, unless the user may do this."""
    if not may(user, action, target):
        what = ACTIONS[action][1]
        raise PermissionDenied(f"your account may not {what}{_remedy(user, target)}")


def _remedy(user: Actor, target: Any) -> str:
    """Return the end of a refusal: who may do it, or who can grant it."""
    if target is None:
        return "" if account(user) else "; sign in first"
    if hasattr(target, "requested_by_id"):
        return "; only its requester and staff may"
    review = review_of(target)
    own = role_of(user, review)
    standing = f"you are {own} of {review.slug}" if own else f"you are no member of {review.slug}"
    return f": {standing}; its owner can give you a role that may"
