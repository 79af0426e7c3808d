"""Pages stay small however much a review holds; numbers on them say what they count."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import Client
from django.utils.html import strip_tags

from reviewdb.reviews.models import Review, Study
from taxonomy.models import Approach, Document, Node, PublishedValue, ReviewTree, Taxonomy
from taxonomy.selectors.studies import study_facets

STUDIES = 350


def words(page: str) -> str:
    """Return a page's text on one line, without its tags."""
    return " ".join(strip_tags(page).split()).replace(" ,", ",")


@pytest.fixture
def large(db: None) -> Review:
    """Return a review whose studies all lie at one node, each with a technique of its own."""
    review = Review.objects.create(slug="large", title="Large")
    tree = Taxonomy.objects.create(slug="t", title="T")
    node = Node.objects.create(taxonomy=tree, path="instance", name="Instance")
    ReviewTree.objects.create(review=review, taxonomy=tree)
    Study.objects.bulk_create(
        Study(review=review, key=str(number), position=number, title=f"Study {number}")
        for number in range(STUDIES)
    )
    Approach.objects.bulk_create(
        Approach(study=study, node=node, technique=f"technique {study.key}")
        for study in review.studies.all()
    )
    return review


def test_a_nodes_page_shows_its_studies_page_by_page(
    large: Review, client: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(40):
        page = client.get("/taxonomy/instance/").content.decode()
    assert len(page) < 120_000
    assert f"{STUDIES} approaches in {STUDIES} distinct studies" in words(page)
    assert "Study 0" in page
    assert "and 250 rarer ones" in page
    last = client.get("/taxonomy/instance/?page=4").content.decode()
    assert f"Study {STUDIES - 1}" in last
    assert "Study 0<" not in last


def test_an_odd_page_number_is_no_error(large: Review, client: Client) -> None:
    for page in ("0", "-3", "x", "999999999999", "²"):
        assert client.get("/taxonomy/instance/", {"page": page}).status_code == 200, page


def test_a_facet_lists_its_commonest_values_and_the_chosen_one(
    large: Review, client: Client
) -> None:
    page = client.get("/studies/", {"technique": "technique 90"}).content.decode()
    assert len(page) < 120_000
    assert f"and {STUDIES - 61} more with fewer studies" in page
    assert 'value="technique 90" checked' in page


def test_a_long_published_table_is_cut_with_a_word(db: None, client: Client) -> None:
    document = Document.objects.create(slug="long", title="Long")
    PublishedValue.objects.bulk_create(
        PublishedValue(
            document=document, table="t", row=row, column="c", position=0, text=f"<{row}>"
        )
        for row in range(1, 501)
    )
    page = client.get("/published/long/").content.decode()
    assert "&lt;200&gt;" in page
    assert "&lt;201&gt;" not in page
    assert "(500 rows)" in page
    assert "and 300 more rows" in page


def test_a_facet_says_what_the_source_states_where_the_text_says_less(
    review: Review, client: Client
) -> None:
    facets = study_facets(AnonymousUser(), {})
    tasks = {value["value"]: value for value in facets["task"]}
    assert (tasks["classification"]["count"], tasks["classification"]["published"]) == (8, 68)
    assert "published" not in tasks["not-stated"]
    assert "8 known from the text, 68 published" in client.get("/studies/").content.decode()
    body = client.get("/api/v1/studies/facets/").json()
    assert body["task"] == facets["task"]


def test_studies_of_several_reviews_have_no_published_number(review: Review, large: Review) -> None:
    assert all("published" not in value for value in study_facets(AnonymousUser(), {})["task"])
    mine = study_facets(AnonymousUser(), {"review": review.slug})["task"]
    assert any("published" in value for value in mine)


def test_identified_studies_are_told_from_inferred_ones(review: Review, client: Client) -> None:
    assert "15 identified so far, 12 more inferred" in words(client.get("/").content.decode())


@pytest.mark.parametrize(
    ("doi", "address"),
    [
        ("10.5555/x", "https://doi.org/10.5555/x"),
        ("https://doi.org/10.5555/x", "https://doi.org/10.5555/x"),
        (
            "10.1002/(SICI)1<1::AID>3;2-1",
            "https://doi.org/10.1002/%28SICI%291%3C1%3A%3AAID%3E3%3B2-1",
        ),
    ],
)
def test_a_doi_is_linked_in_its_bare_form(doi: str, address: str) -> None:
    html = Template("{% load pages %}{% doi_link doi %}").render(Context({"doi": doi}))
    assert f'href="{address}"' in html


def test_what_is_no_doi_is_shown_without_a_link() -> None:
    html = Template("{% load pages %}{% doi_link doi %}").render(Context({"doi": "javascript:1"}))
    assert html == "javascript:1"
