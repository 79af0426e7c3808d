import io
import json

import pandas as pd
import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from reviewdb.reviews.models import Membership, Review, Study
from taxonomy.exports.registry import FORMATS
from tests.taxonomy.exports.needs import needs

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/exports/"
MARKDOWN = "text/markdown; charset=utf-8"


@pytest.fixture
def review() -> Review:
    review = Review.objects.create(slug="small", title="Small")
    Study.objects.create(review=review, key="7", title="A title")
    return review


@pytest.mark.parametrize(
    ("what", "fmt", "kind"),
    [
        pytest.param("flow", "svg", "image/svg+xml", marks=needs("flow")),
        pytest.param("flow", "png", "image/png", marks=needs("flow")),
        pytest.param("strategies", "md", MARKDOWN, marks=needs("strategies")),
        pytest.param("tasks", "tex", "application/x-tex; charset=utf-8", marks=needs("tasks")),
        pytest.param("studies", "json", "application/json", marks=needs("studies")),
    ],
)
def test_an_export_comes_as_a_file_with_its_type(
    client: Client, review: Review, what: str, fmt: str, kind: str
) -> None:
    answer = client.get(ADDRESS, {"review": "small", "what": what, "format": fmt})
    assert answer.status_code == 200
    assert answer["Content-Type"] == kind
    assert f'filename="small-{what}.{fmt}"' in answer["Content-Disposition"]
    assert answer.content


@needs("studies")
def test_a_browsers_accept_header_does_not_matter(client: Client, review: Review) -> None:
    answer = client.get(
        ADDRESS,
        {"review": "small", "what": "studies", "format": "csv"},
        headers={"Accept": "text/html"},
    )
    assert pd.read_csv(io.BytesIO(answer.content))["title"].tolist() == ["A title"]


@needs("flow", "strategies")
@pytest.mark.parametrize(
    ("changed", "choice"),
    [
        ({"review": "nope"}, "small"),
        ({"review": ""}, "is required"),
        ({"what": "flows"}, "strategies"),
        ({"format": "docx"}, "svg"),
        ({"format": ""}, "is required"),
    ],
)
def test_an_unknown_value_is_a_400_with_the_choices(
    client: Client, review: Review, changed: dict[str, str], choice: str
) -> None:
    answer = client.get(ADDRESS, {"review": "small", "what": "flow", "format": "svg", **changed})
    errors = json.loads(answer.content)["errors"]
    assert answer.status_code == 400
    assert list(errors) == list(changed)
    assert choice in " ".join(errors[next(iter(changed))])


@needs("studies")
def test_a_private_review_is_exported_to_its_members_alone(client: Client, review: Review) -> None:
    Review.objects.update(is_public=False)
    query = {"review": "small", "what": "studies", "format": "json"}
    refused = client.get(ADDRESS, query)
    assert refused.status_code == 400
    assert "small" not in json.loads(refused.content)["errors"]["review"][0].partition(";")[2]
    member = get_user_model().objects.create_user("ann")
    Membership.objects.create(review=review, user=member, role="reader")
    client.force_login(member)
    assert client.get(ADDRESS, query).status_code == 200


def test_the_schema_names_every_export(client: Client) -> None:
    schema = client.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()
    parameters = schema["paths"][ADDRESS]["get"]["parameters"]
    what = next(entry for entry in parameters if entry["name"] == "what")
    assert set(what["schema"]["enum"]) == set(FORMATS)
