"""The gate that every request passes, and the one shape of refusals."""

import base64
import json

import pytest
from django.test import Client, RequestFactory

from reviewdb.common.web.gate import MAX_BODY, MAX_PARAMETERS
from reviewdb.wsgi import application

API = "/api/v1"
pytestmark = pytest.mark.django_db


@pytest.fixture
def person(django_user_model):
    return django_user_model.objects.create_user("ada")


@pytest.fixture
def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def problem(answer, status, field=None):
    """Return the body of a refusal in the API's shape."""
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == "application/json"
    body = json.loads(answer.content)
    assert set(body) == {"message", "errors"}
    assert isinstance(body["message"], str)
    assert all(isinstance(texts, list) for texts in body["errors"].values())
    if field:
        assert field in body["errors"], body
    return body


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=a%00b", "q"),
        ("q=%1b[0m", "q"),
        ("q=%ED%A0%80", "query"),
        ("q=%FF", "query"),
        ("%00=1", "parameter"),
        (f"q={'x' * 2001}", "q"),
        ("&".join(f"a{number}=1" for number in range(MAX_PARAMETERS + 1)), "query"),
    ],
)
def test_a_query_that_is_no_text_or_too_much_is_refused_by_api_and_pages(client, query, field):
    problem(client.get(f"{API}/studies/?{query}"), 400, field)
    problem(client.get(f"{API}/exports/?{query}"), 400, field)
    page = client.get(f"/studies/?{query}")
    assert page.status_code == 400
    assert page["Content-Type"].startswith("text/html")
    assert "cannot be read" in page.content.decode()


@pytest.mark.parametrize("path", ["/api/v1/reviews/a%00b/", "/taxonomy/a%00b/", "/a%1Fb/"])
def test_a_path_that_is_no_text_names_nothing(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "U+00" in answer.content.decode()


def test_a_cookie_that_is_no_text_is_refused(client):
    client.cookies["sessionid"] = "a\x00b"
    problem(client.get(f"{API}/reviews/"), 400, "cookie")


@pytest.mark.parametrize("charset", ["hex", "utf-16", "no-such"])
def test_a_charset_that_is_not_utf_8_is_refused(charset):
    environ = RequestFactory()._base_environ(
        PATH_INFO=f"{API}/studies/",
        QUERY_STRING="q=1",
        CONTENT_TYPE=f"text/plain; charset={charset}",
    )
    started = []
    body = b"".join(application(environ, lambda status, headers: started.append(status)))
    assert started == ["415 Unsupported Media Type"]
    assert list(json.loads(body)["errors"]) == ["charset"]


def test_a_form_that_is_no_text_is_refused_before_any_view(client):
    answer = client.post("/sign-in/", {"username": "a\x1fb", "password": "x"})
    assert answer.status_code == 400
    assert "U+001F" in answer.content.decode()


def send(client, body, **headers):
    return client.post(f"{API}/runs/", body, content_type="application/json", **headers)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"benchmark": "a\\u0000b"}', "U\\+0000|U+0000"),
        (b'{"benchmark": "\\ud800"}', "U+D800"),
        (b'{"\\ud800": 1}', "U+D800"),
        (b'{"benchmark": "\xff"}', "UTF-8"),
        (b"[" * 1000 + b"]" * 1000, "nested"),
        (b'{"a":' * 100_000, "nested"),
        (b'{"seeds": ' + b"9" * 5000 + b"}", "no JSON"),
        (b'{"seeds": NaN}', "NaN"),
        (b'{"seeds": 1e999}', "too large"),
        (b'{"seeds": 1, "seeds": 2}', "twice"),
        (b"[]", "object"),
        (b"null", "object"),
        (b"{", "no JSON"),
        (b"", None),
    ],
)
def test_a_json_body_that_is_no_plain_json_object_is_refused(signed_in, body, words):
    answer = send(signed_in, body)
    found = problem(answer, 400, "body" if words else "benchmark")
    assert words is None or any(word in found["message"] for word in words.split("|"))


def test_an_oversized_body_is_a_413_in_the_same_shape(signed_in):
    problem(send(signed_in, b" " * (MAX_BODY + 1)), 413, "body")
    problem(send(signed_in, b"{}", CONTENT_LENGTH="9" * 50), 413, "body")


@pytest.mark.parametrize("size", ["²", "٣", "9" * 5000, "0", "-1", "1.0", "201", ""])
def test_a_page_size_is_a_number_from_1_to_200_in_ascii(client, size):
    problem(client.get(f"{API}/reviews/", {"page_size": size}), 400, "page_size")


@pytest.mark.parametrize("position", ["p=x", "p=%00", "p=9999999999999999999999", "p=²", "o=-1"])
def test_a_cursor_that_was_not_given_out_is_refused(client, position):
    cursor = base64.b64encode(position.encode()).decode()
    problem(client.get(f"{API}/studies/", {"cursor": cursor}), 400, "cursor")
    problem(client.get(f"{API}/studies/", {"cursor": position}), 400, "cursor")


def test_refusals_of_the_server_itself_keep_the_shape(client, signed_in, monkeypatch):
    problem(client.get("/api/nothing/"), 404)
    problem(client.delete(f"{API}/reviews/"), 401)
    problem(signed_in.delete(f"{API}/reviews/"), 405)
    problem(client.get(f"{API}/reviews/", headers={"Accept": "text/html"}), 406)
    problem(client.get(f"{API}/reviews/", headers={"Host": "elsewhere.example"}), 400, "host")
    problem(client.get(f"{API}/reviews/?format=xml"), 400, "format")
    monkeypatch.setattr("taxonomy.api.review_views.review_list", lambda user: 1 / 0, raising=True)
    problem(Client(raise_request_exception=False).get(f"{API}/reviews/"), 500)


def test_a_body_of_another_kind_is_a_415_and_a_session_needs_its_csrf_token(person):
    signed_in = Client(enforce_csrf_checks=True)
    signed_in.force_login(person)
    problem(send(signed_in, b"{}"), 403)
    signed_in.handler.enforce_csrf_checks = False
    answer = signed_in.post(f"{API}/runs/", b"<a/>", content_type="application/xml")
    problem(answer, 415)


def test_an_unknown_host_gets_a_page_of_its_own(client):
    answer = client.get("/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "REVIEWDB_ALLOWED_HOSTS" in answer.content.decode()
