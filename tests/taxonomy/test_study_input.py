"""What the endpoints and services of studies take, and what they refuse."""

import csv
import io
import json

import pytest
from django.contrib.auth.models import AnonymousUser

from reviewdb.common.errors import RuleViolation
from reviewdb.reviews.models import Review, Study
from reviewdb.reviews.services.reviews import review_create
from taxonomy.models import Approach, Node, ReviewTree, Tag, Tagging, Taxonomy
from taxonomy.selectors.studies import study_list
from taxonomy.services.studies import study_edit, study_tag

API = "/api/v1"


@pytest.fixture
def study(db):
    review = Review.objects.create(slug="small", title="Small")
    tree = Taxonomy.objects.create(slug="tree", title="Tree", review=review)
    ReviewTree.objects.create(review=review, taxonomy=tree)
    node = Node.objects.create(taxonomy=tree, path="feature", name="Feature")
    first = Study.objects.create(review=review, key="1", title="First", year=2019)
    Study.objects.create(review=review, key="2", title="Second")
    Approach.objects.create(study=first, node=node, technique="MMD")
    Tagging.objects.create(study=first, tag=Tag.objects.create(review=review, slug="x", name="x"))
    return first


@pytest.fixture
def owner(study, django_user_model):
    return django_user_model.objects.create_superuser("root")


@pytest.fixture
def signed_in(client, owner):
    client.force_login(owner)
    return client


def refused(answer, field, status=400):
    assert answer.status_code == status, answer.content[:300]
    errors = json.loads(answer.content)["errors"]
    assert list(errors) == [field]
    return errors[field][0]


def patch(client, study, body):
    address = f"{API}/studies/{study.pk}/"
    return client.patch(address, json.dumps(body), content_type="application/json")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"doi": "not a doi"}, "doi"),
        ({"doi": "javascript:alert(1)"}, "doi"),
        ({"doi": "https://example.org/10.1000/x"}, "doi"),
        ({"title": "a\u0007b"}, "body"),
        ({"title": "a\u0000b"}, "body"),
        ({"title": 5}, "title"),
        ({"title": None}, "title"),
        ({"title": "x" * 20_001}, "title"),
        ({"year": "2019"}, "year"),
        ({"year": True}, "year"),
        ({"year": 2019.0}, "year"),
        ({"year": 10**30}, "year"),
        ({"colour": "red"}, "colour"),
        ({"evidence": "crossref"}, "evidence"),
        ({}, "non_field_errors"),
    ],
)
def test_an_edit_that_is_no_entry_is_refused_and_changes_nothing(signed_in, study, body, field):
    refused(patch(signed_in, study, body), field)
    study.refresh_from_db()
    assert (study.title, study.doi, study.edited_fields) == ("First", "", [])


def test_an_entry_is_stored_in_its_one_form(signed_in, study):
    body = {
        "doi": " https://doi.org/10.1000/182 ",
        "title": " Mu\u0308ller \n et al. ",
        "abstract": "One.\r\nTwo. ",
        "year": None,
    }
    assert patch(signed_in, study, body).status_code == 200
    study.refresh_from_db()
    assert (study.doi, study.title, study.year) == ("10.1000/182", "M\u00fcller et al.", None)
    assert study.abstract == "One.\nTwo."


@pytest.mark.parametrize(
    "fields",
    [{"doi": "javascript:1"}, {"title": "a\x1bb"}, {"venue": "\ud800"}, {"authors": "\x00"}],
)
def test_the_service_refuses_what_the_api_refuses(study, owner, fields):
    with pytest.raises(RuleViolation) as refusal:
        study_edit(study=study, user=owner, fields=fields)
    assert list(refusal.value.errors) == list(fields)
    with pytest.raises(RuleViolation):
        study_tag(study=study, name="\x1b[0m", user=owner)


@pytest.mark.parametrize("address", ["studies/", "studies/facets/", "exports/"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("tecnique=MMD", "tecnique"),
        ("technique=nope", "technique"),
        ("technique=MMD&technique=MMD", "technique"),
        ("year=\u0662\u0660\u0661\u0669", "year"),
        ("year=99999", "year"),
        ("q=" + "a+" * 60, "q"),
        ("q=" + "a" * 501, "q"),
    ],
)
def test_an_unknown_filter_is_refused_by_list_counts_and_export(
    client, study, address, query, field
):
    base = "review=small&what=studies&format=csv&" if address == "exports/" else ""
    refused(client.get(f"{API}/{address}?{base}{query}"), field)


def test_an_unknown_parameter_is_refused_with_those_there_are(client, study):
    for address in ("reviews/", "reviews/small/flow/", f"studies/{study.pk}/", "strategies/"):
        assert "format" in refused(client.get(f"{API}/{address}?pagesize=3"), "pagesize")
    assert client.get(f"{API}/reviews/?format=json").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["technique=MMD", "tag=x", "year=2019", "q=first", "node=feature", "year=not-stated"],
)
def test_list_page_and_export_find_the_same_studies(client, study, query):
    name, _, value = query.partition("=")
    answer = client.get(f"{API}/exports/?review=small&what=studies&format=csv&{query}")
    exported = [row["key"] for row in csv.DictReader(io.StringIO(answer.content.decode()))]
    listed = [row["key"] for row in client.get(f"{API}/studies/?{query}").json()["results"]]
    page = client.get(f"/studies/?review=small&{query}").context["page"]
    assert exported == listed == [row.key for row in page]
    assert exported == [row.key for row in study_list(AnonymousUser(), {name: value})]
    assert len(exported) == 1


def test_an_export_of_the_whole_review_takes_no_filter(client, study):
    answer = client.get(f"{API}/exports/?review=small&what=flow&format=csv&year=2019")
    assert "studies" in refused(answer, "what")


def test_a_private_reviews_words_are_no_choices_of_others(client, study):
    Review.objects.update(is_public=False)
    for query in ("node=nope", "technique=nope", "tag=nope", "review=nope"):
        text = refused(client.get(f"{API}/studies/?{query}"), query.partition("=")[0])
        assert text.endswith("(none yet)")
    assert "feature" not in refused(client.get(f"{API}/results/?node=nope"), "node")


def test_a_tag_is_taken_off_by_a_known_field_alone(signed_in, study):
    address = f"{API}/studies/{study.pk}/tags/"
    body = json.dumps({"tag": "x", "tags": "y"})
    assert "tag" in refused(signed_in.post(address, body, content_type="application/json"), "tags")
    assert refused(signed_in.delete(f"{address}?tag="), "tag")
    assert signed_in.delete(f"{address}?tag=x").status_code == 200


def test_the_administration_refuses_what_the_service_refuses(signed_in, study):
    address = f"/admin/reviews/study/{study.pk}/change/"
    form = signed_in.get(address).context["adminform"].form
    initial = {name: form.initial.get(name) for name in form.fields}
    fields = {name: value for name, value in initial.items() if value is not None}
    inlines = {
        f"{prefix}-{name}": 0
        for prefix in ("approaches", "attributes")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    answer = signed_in.post(address, {**fields, **inlines, "doi": "javascript:1"})
    assert answer.status_code == 200
    assert "doi" in answer.context["adminform"].form.errors
    ok = {**fields, **inlines, "doi": "doi:10.1000/182"}
    assert signed_in.post(address, ok).status_code == 302
    study.refresh_from_db()
    assert study.doi == "10.1000/182"


def test_a_title_that_is_no_text_starts_no_review(db):
    with pytest.raises(RuleViolation) as refusal:
        review_create(slug="new", title="a\x1bb")
    assert list(refusal.value.errors) == ["title"]
    assert review_create(slug="new", title=" Mu\u0308ller \n 2 ").title == "M\u00fcller 2"
