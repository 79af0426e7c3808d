"""The OpenAPI document says what really comes, and no input ends in a server error."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client as Browser
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from knox.models import AuthToken
from schemathesis.checks import not_a_server_error
from schemathesis.errors import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.test import Client

from benchmarks.running.execution import execute
from benchmarks.services.runs import run_request
from reviewdb.reviews.models import Membership, Study
from reviewdb.reviews.services.changes import change_add
from reviewdb.wsgi import application
from taxonomy.services.effects import effect_add
from tests.benchmarks.selection_run import selection_run

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
DRAWN = settings(
    max_examples=2,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
EFFECT = {"better": "A", "worse": "B", "metric": "Dice", "better_value": 0.8, "worse_value": 0.7}
QUERIES = {
    "/api/v1/exports/": [
        f"review=valverde2021&what={what}"
        for what in ("flow&format=json", "flow&format=svg", "studies&format=csv", "tasks&format=md")
    ],
    "/api/v1/source-selection/": ["target=ET-22-T2"],
    "/api/v1/studies/": ["page_size=200"],
    "/api/v1/results/": ["page_size=200"],
}


@pytest.fixture(scope="module")
def document() -> Any:
    found = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True))
    found.app = application
    return found


@pytest.fixture
def filled(home: Any, review: Any, django_user_model: Any) -> dict[str, Any]:
    """Return what addresses name: a review, a run that measured something, a member."""
    run = run_request(benchmark="site-shift", profile="smoke")
    execute(run.pk)
    person = django_user_model.objects.create_superuser("root")
    member = Membership.objects.create(review=review, user=person, role="owner")
    study = Study.objects.get(review=review, key="27")
    change_add(user=person, action="edited", target=study, fields={"year": {"from": 1, "to": None}})
    effect = effect_add(study=study, fields=EFFECT, user=person)
    return {
        "runs": run.pk,
        "effects": effect.pk,
        "studies": study.pk,
        "members": member.pk,
        "artifact_id": run.artifacts.first().pk,
        "other": selection_run().pk,
        "token": AuthToken.objects.create(person)[1],
    }


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Keep a server's end of request from closing the connection that the test's rows live in."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations(document: Any) -> list[Any]:
    return [result.ok() for result in document.get_all_operations()]


def addresses(path: str, filled: dict[str, Any]) -> list[str]:
    """Return addresses of an operation whose answers are full."""
    place = place_of(path, filled, "")
    other = [f"with={filled['other']}"] if path.endswith("compare/") else [""]
    return [f"{place}?{query}" for query in QUERIES.get(path, other)]


def test_full_answers_have_the_form_that_the_document_gives_them(document, filled):
    client, failed = Client(application), []
    headers = {"Authorization": f"Token {filled['token']}"}
    for operation in operations(document):
        for address in addresses(operation.path, filled) if operation.method == "get" else []:
            answer = client.get(address, headers=headers)
            assert answer.status_code == 200, (address, answer.text[:300])
            try:
                operation.validate_response(answer)
            except FailureGroup as failures:
                failed += [f"{address}: {failure}" for failure in failures.exceptions]
    assert failed == []


def test_drawn_requests_are_answered_as_the_document_says(document, filled):
    failed = []
    for operation in operations(document):
        for headers in ({}, {"Authorization": f"Token {filled['token']}"}):
            failed += drawn_failures(operation, headers)
    assert failed == []


def drawn_failures(operation: Any, headers: dict[str, str]) -> list[str]:
    found = []

    @given(case=operation.as_strategy())
    @DRAWN
    def check(case: Any) -> None:
        answer = case.call(headers=headers)
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as failures:
            found.extend(f"{operation.label}: {failure}" for failure in failures.exceptions)

    check()
    return found


NASTY = (
    "\u00b2", "\u0663", "9" * 5000, "-1", "1e9", "%00", "%ED%A0%80", "%FF", "\x1b[0m", "' OR 1=1",
    "../../etc/passwd", "{}", "null", "NaN", "cD0lMDA=", "cD14", "a" * 3000, "", " ",
)  # fmt: skip
HOSTILE = st.one_of(st.sampled_from(NASTY), st.text(max_size=12))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
PAGES = (
    "/", "/taxonomy/", "/taxonomy/{id}/", "/gaps/", "/gaps/negative-transfer/", "/gaps/{id}/",
    "/studies/", "/studies/{id}/", "/studies/{id}/edit/", "/tables/", "/published/{id}/",
    "/benchmarks/", "/benchmarks/site-shift/", "/benchmarks/site-shift/estimate/", "/runs/",
    "/runs/{id}/", "/runs/{id}/progress/", "/runs/{id}/results.csv", "/runs/compare/",
    "/runs/compare/results.csv", "/source-selection/", "/sign-in/", "/sign-in/{id}/{id}/",
)  # fmt: skip
NAMES = (
    "q", "page", "page_size", "cursor", "review", "node", "year", "tag", "technique", "method",
    "run", "state", "benchmark", "metric", "selection", "verdict", "after", "with", "a", "b",
    "target", "score", "modality", "roi", "what", "format", "profile", "seeds", "strategies",
)  # fmt: skip


def test_no_hostile_input_ends_in_a_server_error(document, filled, django_user_model):
    browser = Browser(raise_request_exception=False)
    browser.force_login(django_user_model.objects.get(username="root"))
    reading = [op.path for op in operations(document) if op.method == "get"]
    writing = [(op.path, op.method) for op in operations(document) if op.method != "get"]

    @given(
        path=st.sampled_from([*reading, *PAGES]),
        query=st.lists(st.tuples(st.sampled_from(NAMES), HOSTILE), max_size=3),
        piece=HOSTILE,
        real=st.booleans(),
    )
    @settings(DRAWN, max_examples=100)
    def read(path: str, query: list[tuple[str, str]], piece: str, real: bool) -> None:
        place = place_of(path, filled, piece if not real else "")
        answer = browser.get(f"{place}?{'&'.join(f'{name}={value}' for name, value in query)}")
        assert answer.status_code < 500, (place, query)

    @given(
        target=st.sampled_from(writing), body=JSON | st.dictionaries(st.sampled_from(FIELDS), JSON)
    )
    @settings(DRAWN, max_examples=50)
    def write(target: tuple[str, str], body: Any) -> None:
        path, method = target
        text = json.dumps(body)
        place = place_of(path, filled, "")
        answer = browser.generic(method.upper(), place, text, content_type="application/json")
        assert answer.status_code < 500, (target, text)

    read()
    write()


FIELDS = (
    "title", "authors", "year", "venue", "doi", "abstract", "tag", "fields", "benchmark", "profile",
    "strategies", "seeds", "review", "user", "role",
)  # fmt: skip


def place_of(path: str, filled: dict[str, Any], piece: str) -> str:
    """Return the address with its names filled in, by ``piece`` where it is given."""
    area = path.strip("/").split("/")[2 if path.startswith("/api/") else 0]
    names = {
        "slug": "valverde2021",
        "document": "valverde2021",
        "id": filled.get(area, 1),
        "artifact_id": filled["artifact_id"],
    }
    return path.format(**(dict.fromkeys(names, piece) if piece else names))
