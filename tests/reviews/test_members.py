"""Who works on a review: by API, by command; private reviews and their owners."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import OPERATOR, Role
from reviewdb.reviews.models import Change, Membership, Review
from reviewdb.reviews.services.members import member_remove, member_set_role

API = "/api/v1"


def signed_in(user: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def people(django_user_model: Any) -> dict[str, Any]:
    return {
        name: django_user_model.objects.create_user(name)
        for name in ("owner", "reader", "newcomer", "stranger")
    }


@pytest.fixture
def quiet(people: dict[str, Any]) -> Review:
    review = Review.objects.create(slug="quiet", title="Quiet", is_public=False)
    for name in ("owner", "reader"):
        Membership.objects.create(review=review, user=people[name], role=name)
    return review


def call(*arguments: str) -> Any:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_an_owner_adds_changes_and_removes(quiet: Review, people: dict[str, Any]) -> None:
    owner = signed_in(people["owner"])
    sent = {"review": "quiet", "user": "newcomer", "role": "extractor"}
    added = owner.post(f"{API}/members/", sent)
    assert added.status_code == 201
    address = f"{API}/members/{added.json()['id']}/"
    assert owner.patch(address, {"role": "reviewer"}).json()["role"] == "reviewer"
    listed = owner.get(f"{API}/members/?review=quiet").json()["results"]
    assert [row["user"] for row in listed] == ["owner", "reader", "newcomer"]
    assert owner.delete(address).status_code == 204
    assert Change.objects.filter(kind="membership").count() == 3


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"review": "quiet", "user": "reader", "role": "owner"}, "user"),
        ({"review": "quiet", "user": "nobody", "role": "owner"}, "user"),
        ({"review": "quiet", "user": "newcomer", "role": "king"}, "role"),
        ({"review": "other", "user": "newcomer", "role": "owner"}, "review"),
        ({"review": "quiet", "user": "newcomer", "role": "owner", "colour": 1}, "colour"),
    ],
)
def test_a_wrong_member_is_refused_by_field(
    quiet: Review, people: dict[str, Any], sent: dict[str, Any], field: str
) -> None:
    response = signed_in(people["owner"]).post(f"{API}/members/", sent)
    assert response.status_code == 400
    assert field in response.json()["errors"]


def test_a_reader_sees_the_members_and_changes_none(quiet: Review, people: dict[str, Any]) -> None:
    reader = signed_in(people["reader"])
    assert len(reader.get(f"{API}/members/?review=quiet").json()["results"]) == 2
    sent = {"review": "quiet", "user": "newcomer", "role": "reader"}
    refused = reader.post(f"{API}/members/", sent)
    assert refused.status_code == 403
    assert "owner" in refused.json()["message"]
    own = Membership.objects.get(user=people["reader"])
    assert reader.patch(f"{API}/members/{own.pk}/", {"role": "owner"}).status_code == 403
    assert reader.delete(f"{API}/members/{own.pk}/").status_code == 403
    assert Membership.objects.get(pk=own.pk).role == Role.READER


def test_a_private_reviews_members_do_not_exist_for_others(
    quiet: Review, people: dict[str, Any]
) -> None:
    stranger, member = signed_in(people["stranger"]), Membership.objects.first()
    assert stranger.get(f"{API}/members/").json()["results"] == []
    assert stranger.get(f"{API}/changes/").json()["results"] == []
    for address in ("members", "changes"):
        there = stranger.get(f"{API}/{address}/?review=quiet")
        other = stranger.get(f"{API}/{address}/?review=loud!")
        assert (there.status_code, other.status_code) == (400, 400)
        assert there.content.replace(b"quiet", b"loud!") == other.content
    assert member is not None
    assert stranger.patch(f"{API}/members/{member.pk}/", {"role": "owner"}).status_code == 404
    sent = {"review": "quiet", "user": "stranger", "role": "owner"}
    assert stranger.post(f"{API}/members/", sent).status_code == 400


def test_members_and_changes_need_an_account(quiet: Review) -> None:
    for address in ("members", "changes"):
        assert APIClient().get(f"{API}/{address}/").status_code == 401


def test_a_public_reviews_members_are_for_its_members(
    quiet: Review, people: dict[str, Any]
) -> None:
    Review.objects.update(is_public=True)
    for address in ("members", "changes"):
        response = signed_in(people["stranger"]).get(f"{API}/{address}/?review=quiet")
        assert response.status_code == 403


def test_a_review_keeps_an_owner(quiet: Review, people: dict[str, Any]) -> None:
    last = Membership.objects.get(role=Role.OWNER)
    with pytest.raises(RuleViolation, match="last owner"):
        member_remove(member=last, user=OPERATOR)
    with pytest.raises(RuleViolation, match="last owner"):
        member_set_role(member=last, role=Role.READER, user=OPERATOR)


def test_the_command_adds_a_member_and_changes_the_role(
    quiet: Review, people: dict[str, Any]
) -> None:
    assert call("member_add", "quiet", "newcomer", "--role", "reader")["role"] == "reader"
    assert call("member_add", "quiet", "newcomer", "--role", "extractor")["role"] == "extractor"
    assert Membership.objects.get(user=people["newcomer"]).role == Role.EXTRACTOR
    for wrong in (("other", "newcomer", "reader"), ("quiet", "no", "reader"), ("quiet", "x", "y")):
        with pytest.raises(CommandError):
            call_command("member_add", wrong[0], wrong[1], "--role", wrong[2])


def test_a_new_review_is_private_and_has_the_owner_it_was_given(people: dict[str, Any]) -> None:
    said = call("create_review", "mine", "--title", "Mine", "--owner", "owner")
    assert said == {"review": "mine", "title": "Mine", "is_public": False}
    assert Membership.objects.get(review__slug="mine").user == people["owner"]
    assert signed_in(people["stranger"]).get(f"{API}/reviews/mine/").status_code == 404
    assert signed_in(people["owner"]).get(f"{API}/reviews/mine/").status_code == 200


def test_a_new_review_is_public_where_that_is_said(db: None) -> None:
    assert call("create_review", "open", "--title", "Open", "--public")["is_public"] is True
    assert APIClient().get(f"{API}/reviews/open/").status_code == 200


def test_an_unknown_owner_stops_the_creation(db: None) -> None:
    with pytest.raises(CommandError, match="no account"):
        call_command("create_review", "mine", "--title", "Mine", "--owner", "nobody")
    assert not Review.objects.exists()
