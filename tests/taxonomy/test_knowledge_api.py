from typing import Any

import pytest
from rest_framework.test import APIClient

from reviewdb.reviews.models import Review

API = "/api/v1"


@pytest.fixture
def anyone() -> APIClient:
    return APIClient()


@pytest.fixture
def ada(django_user_model: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(django_user_model.objects.create_user("ada"))
    return client


@pytest.fixture
def eve(extractor: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(extractor)
    return client


def get(client: APIClient, address: str, status: int = 200) -> Any:
    response = client.get(f"{API}/{address}")
    assert response.status_code == status, response.content
    return response.json()


def test_reviews_are_listed_with_their_studies(review: Review, anyone: APIClient) -> None:
    page = get(anyone, "reviews/")
    assert page["next"] is None
    assert [(row["slug"], row["studies"]) for row in page["results"]] == [("valverde2021", 129)]


def test_the_tables_have_the_agreed_columns(review: Review, anyone: APIClient) -> None:
    columns = {
        "tables/strategies/": {
            "type",
            "subtype",
            "subsubtype",
            "approaches",
            "studies",
            "percent_of_studies",
        },
        "tables/tasks/": {"task", "application", "published", "recounted"},
        "reconciliation/": {
            "table",
            "row",
            "column",
            "published",
            "counted",
            "base",
            "agrees",
            "cause",
        },
    }
    for address, names in columns.items():
        rows = get(anyone, f"reviews/valverde2021/{address}")["results"]
        assert all(set(row) == {*names, "id"} for row in rows)
        assert len({row["id"] for row in rows}) == len(rows)


def test_the_flow_ends_in_the_studies_counted(review: Review, anyone: APIClient) -> None:
    boxes = get(anyone, "reviews/valverde2021/flow/")["boxes"]
    assert boxes[-1]["count"] == 129
    assert boxes[-1]["published"] is False


def test_pages_of_studies_cover_every_study_once(review: Review, anyone: APIClient) -> None:
    keys, address = [], f"{API}/studies/?page_size=50&review=valverde2021"
    while address:
        page = anyone.get(address).json()
        keys += [row["key"] for row in page["results"]]
        address = page["next"]
    assert len(keys) == len(set(keys)) == 129


def test_a_study_shows_where_it_is_filed(review: Review, anyone: APIClient) -> None:
    pk = review.studies.get(key="146").pk
    study = get(anyone, f"studies/{pk}/")
    assert (study["label"], len(study["approaches"])) == ("Reference 146", 3)
    assert {row["node"] for row in study["approaches"]} == {
        "parameter/parameter-sharing/multiple-models"
    }


def test_facets_take_the_same_filters(review: Review, anyone: APIClient) -> None:
    facets = get(anyone, "studies/facets/?node=feature")
    assert {"value": "not-stated", "label": "not stated", "count": 36} in facets["task"]


@pytest.mark.parametrize(
    "query", ["task=guessing", "node=x", "year=soon", "page_size=0", "cursor=x"]
)
def test_an_unknown_value_is_a_400_that_names_the_field(
    review: Review, anyone: APIClient, query: str
) -> None:
    name = query.partition("=")[0]
    body = get(anyone, f"studies/?{query}", 400)
    assert name in body["errors"]
    if name not in ("page_size", "cursor"):
        assert name in get(anyone, f"studies/facets/?{query}", 400)["errors"]


@pytest.mark.parametrize(
    "address",
    [
        "reviews/none/",
        "reviews/none/flow/",
        "reviews/none/tables/strategies/",
        "reviews/none/reconciliation/",
        "studies/999999/",
        "published/none/",
    ],
)
def test_an_unknown_object_in_a_path_is_a_404(
    review: Review, anyone: APIClient, address: str
) -> None:
    assert set(get(anyone, address, 404)) == {"message", "errors"}


def test_published_documents_have_tables_and_statements(review: Review, anyone: APIClient) -> None:
    li = get(anyone, "published/li2023/")
    assert len(li["tables"]) == 5
    assert li["tables"]["table4_5_transferability"][0]["h_score"] == -0.038
    own = get(anyone, "published/valverde2021/")
    assert own["tables"]["table4_strategies"][0]["subsubtype"] is None
    assert set(own["statements"][0]) == {
        "statement",
        "published",
        "recomputed",
        "agrees",
        "explanation",
    }


def test_tags_need_an_account(review: Review, anyone: APIClient, eve: APIClient) -> None:
    address = f"{API}/studies/{review.studies.get(key='30').pk}/tags/"
    assert anyone.post(address, {"tag": "to read"}).status_code == 401
    assert eve.post(address, {"tag": "to read"}).status_code == 201
    again = eve.post(address, {"tag": "to read"})
    assert again.status_code == 200
    assert again.json()["tags"] == [{"slug": "to-read", "name": "to read"}]
    assert anyone.delete(f"{address}?tag=to-read").status_code == 401
    assert eve.delete(f"{address}?tag=to-read").json() == {"tags": []}
    assert "tag" in eve.delete(f"{address}?tag=to-read").json()["errors"]
    assert "tag" in eve.post(address, {}).json()["errors"]


def test_an_edit_sets_fields_and_says_which(review: Review, eve: APIClient) -> None:
    address = f"{API}/studies/{review.studies.get(key='30').pk}/"
    study = eve.patch(address, {"title": "Found", "year": 2019}).json()
    assert (study["title"], study["year"], study["evidence"]) == ("Found", 2019, "edited")
    assert study["edited_fields"] == ["title", "year"]


@pytest.mark.parametrize(
    ("body", "field"),
    [({"key": "1"}, "key"), ({"year": "soon"}, "year"), ({"year": 1200}, "year"), ([1], "body")],
)
def test_a_bad_edit_is_a_400_and_changes_nothing(
    review: Review, eve: APIClient, body: Any, field: str
) -> None:
    study = review.studies.get(key="30")
    response = eve.patch(f"{API}/studies/{study.pk}/", body, format="json")
    assert response.status_code == 400
    assert field in response.json()["errors"]
    study.refresh_from_db()
    assert study.edited_fields == []


def test_a_private_review_is_not_there_for_others(
    review: Review, anyone: APIClient, ada: APIClient
) -> None:
    review.is_public = False
    review.save()
    pk = review.studies.get(key="30").pk
    for client in (anyone, ada):
        get(client, "reviews/valverde2021/", 404)
        get(client, f"studies/{pk}/", 404)
        get(client, "published/valverde2021/", 404)
        assert get(client, "reviews/")["results"] == []
