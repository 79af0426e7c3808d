"""Signing in: links that work once, tokens, passwords."""

import time

import pytest
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient
from sesame.utils import get_token

from frontend.accounts.signin import link_user, one_time_link

BASE = "http://127.0.0.1:8000/"


@pytest.fixture
def link(person) -> str:
    return one_time_link(person, BASE).removeprefix(BASE.rstrip("/"))


def _is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_link_signs_in_once(client, link):
    assert client.post(link).status_code == 302
    assert _is_signed_in(client)
    client.logout()
    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 410
    assert not _is_signed_in(client)


def test_looking_at_the_link_does_not_burn_it(client, link):
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert not _is_signed_in(client)
    client.post(link)
    assert _is_signed_in(client)


def test_link_dies_although_used_within_the_second_of_another_sign_in(client, person):
    person.last_login = timezone.now().replace(microsecond=1)
    person.save()
    link = one_time_link(person, "http://x").removeprefix("http://x")
    client.post(link)
    person.refresh_from_db()
    person.last_login = person.last_login.replace(microsecond=2)
    person.save()
    assert client.post(link).status_code == 410


def test_link_dies_with_time(client, link, settings):
    settings.SESAME_MAX_AGE = 0
    assert client.post(link).status_code == 410


def test_link_of_a_disabled_account_does_nothing(client, link, person):
    person.is_active = False
    person.save()
    assert client.post(link).status_code == 410


def test_link_lives_for_three_days(client, link, monkeypatch):
    now = time.time()
    day = 24 * 3600
    monkeypatch.setattr("sesame.tokens_v2.time.time", lambda: now + 3 * day - 10)
    assert client.get(link).status_code == 200
    monkeypatch.setattr("sesame.tokens_v2.time.time", lambda: now + 3 * day + 10)
    assert client.get(link).status_code == 410


def test_of_two_who_hold_the_link_one_gets_in(client, link):
    other = Client()
    assert client.get(link).status_code == other.get(link).status_code == 200
    assert sorted([client.post(link).status_code, other.post(link).status_code]) == [302, 410]


def test_the_row_is_held_while_the_link_is_used(person, monkeypatch):
    token = one_time_link(person, "").removeprefix("/sign-in/").rstrip("/")
    held = []
    monkeypatch.setattr(
        "django.db.models.query.QuerySet.select_for_update",
        lambda rows, *a, **k: held.append(rows.model) or rows,
    )
    assert link_user(token, lock=True) == person
    assert held == [type(person)]


def test_other_tokens_are_no_sign_in_tokens(person):
    from django.contrib.auth.tokens import default_token_generator

    assert link_user(default_token_generator.make_token(person)) is None
    assert link_user(get_token(person)) is None
    assert link_user(get_token(person, "another-scope")) is None


@pytest.mark.parametrize(
    "path",
    ["/sign-in/x/y/", "/sign-in/MQ/abc-def/", "/sign-in/abc/", "/sign-in/%C3%A9%F0%9F%92%A9/"],
)
def test_invented_link_is_refused(client, db, path):
    assert client.get(path).status_code == 410


def test_password_signs_in_and_returns_to_where_one_was(client, person):
    sent = {"username": "ada", "password": "analytical engine", "next": "/benchmarks/"}
    assert client.post("/sign-in/", sent)["Location"] == "/benchmarks/"


def test_sign_in_never_leads_elsewhere(client, person):
    sent = {"username": "ada", "password": "analytical engine", "next": "https://example.org/"}
    assert client.post("/sign-in/", sent)["Location"] == "/"


def test_sign_out_needs_a_post(signed_in):
    assert signed_in.get("/sign-out/").status_code == 405
    signed_in.post("/sign-out/")
    assert not _is_signed_in(signed_in)


def test_account_needs_an_account(client, db):
    assert client.get("/account/")["Location"].startswith("/sign-in/")


def asks(token):
    client = APIClient(headers={"authorization": f"Token {token}"})
    return client.get("/api/v1/members/").status_code


def test_token_is_made_and_rotated(signed_in, person):
    first = signed_in.post("/account/token/").context["new_token"]
    assert asks(first) == 200
    second = signed_in.post("/account/token/").context["new_token"]
    assert first != second
    assert (asks(first), asks(second)) == (401, 200)


def test_token_is_shown_once_and_kept_as_a_hash(signed_in, person):
    response = signed_in.post("/account/token/")
    token = response.context["new_token"]
    assert token in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert token not in signed_in.get("/account/").content.decode()
    assert token not in str(AuthToken.objects.values())


@pytest.mark.parametrize("token", ["", "x", "\xff", "a b", "%00", "0" * 40, "0" * 5000])
def test_what_is_no_token_is_refused(db, token):
    assert asks(token) == 401


def test_token_of_a_disabled_account_does_nothing(signed_in, person):
    token = signed_in.post("/account/token/").context["new_token"]
    person.is_active = False
    person.save()
    assert asks(token) == 401


def test_owner_without_a_password_can_set_one_and_stays_signed_in(client, person, link):
    person.set_unusable_password()
    person.save()
    link = one_time_link(person, "http://x").removeprefix("http://x")
    client.post(link)
    new = {"new_password1": "quite long enough", "new_password2": "quite long enough"}
    assert client.post("/account/password/", new).status_code == 302
    assert client.get("/account/").status_code == 200
    person.refresh_from_db()
    assert person.check_password("quite long enough")


def test_forms_are_guarded_against_forgery(person):
    from django.test import Client

    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(person)
    response = guarded.post("/account/token/")
    assert response.status_code == 403
    assert "form has expired" in response.content.decode()
