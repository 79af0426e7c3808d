"""Who may do what: every role with every action, as docs/permissions.md says."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from benchmarks.models import Run
from reviewdb.common.web.permissions import ACTIONS, OPERATOR, Role, may, require
from reviewdb.reviews.models import Membership, Review
from reviewdb.reviews.selectors.reviews import visible_reviews

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"


def table() -> dict[str, dict[str, str]]:
    """Return the page's table: by action, then by who, yes, no or a dash."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {row[0].replace("`", ""): dict(zip(head[1:], row[1:], strict=True)) for row in rows}


TABLE = table()


@pytest.fixture
def people(django_user_model: Any) -> Any:
    make = django_user_model.objects.create_user
    flags = {"staff": {"is_staff": True}, "superuser": {"is_superuser": True}}
    names = ("account", *Role.values, "requester", "staff", "superuser")
    return {name: make(name, **flags.get(name, {})) for name in names} | {
        "anonymous": AnonymousUser()
    }


@pytest.fixture
def private(people: Any) -> Review:
    review = Review.objects.create(slug="quiet", title="Quiet", is_public=False)
    for role in Role.values:
        Membership.objects.create(review=review, user=people[role], role=role)
    return review


def target_of(action: str, review: Review, people: Any) -> Any:
    if action.startswith("run."):
        return Run(requested_by=people["requester"], seeds=1)
    review.is_public = action.endswith("public review")
    return None if action in ("review.create", "documents.share") else review


@pytest.mark.parametrize("action", TABLE)
def test_the_table_is_what_is_asked(private: Review, people: Any, action: str) -> None:
    target, name = target_of(action, private, people), action.split(" of ")[0]
    expected = {who: word == "yes" for who, word in TABLE[action].items() if word in ("yes", "no")}
    assert {who: may(people[who], name, target) for who in expected} == expected


def test_the_page_names_every_action() -> None:
    assert {action.split(" of ")[0] for action in TABLE} == set(ACTIONS)


def test_a_public_review_gives_no_right_to_write(private: Review, people: Any) -> None:
    private.is_public = True
    for action in ("study.tag", "study.edit", "review.load", "members.change", "changes.read"):
        assert not may(people["account"], action, private)
        assert not may(people["anonymous"], action, private)


@pytest.mark.parametrize("who", ["anonymous", "account", *Role.values, "staff", "superuser"])
@pytest.mark.parametrize("is_public", [True, False])
def test_lists_hold_what_the_rule_lets_read(
    private: Review, people: Any, who: str, is_public: bool
) -> None:
    Review.objects.update(is_public=is_public)
    private.refresh_from_db()
    listed = visible_reviews(people[who]).filter(pk=private.pk).exists()
    assert listed is may(people[who], "review.read", private)


def test_a_disabled_account_may_nothing(private: Review, people: Any) -> None:
    for who in ("owner", "superuser", "staff"):
        people[who].is_active = False
        assert not may(people[who], "study.tag", private)
        assert not may(people[who], "run.cancel", Run(seeds=1))


def test_commands_may_everything(private: Review) -> None:
    assert all(may(OPERATOR, action, private) for action in ACTIONS)


def test_a_refusal_says_who_one_is_and_who_can_help(private: Review, people: Any) -> None:
    with pytest.raises(PermissionDenied, match=r"tag studies: you are reader of quiet; its owner"):
        require(people["reader"], "study.tag", private)
    with pytest.raises(PermissionDenied, match="only its requester and staff may"):
        require(people["account"], "run.cancel", Run(seeds=1))


def test_an_unknown_action_is_a_mistake_in_the_program(people: Any) -> None:
    with pytest.raises(KeyError):
        may(people["superuser"], "study.paint")
