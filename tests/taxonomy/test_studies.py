from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from reviewdb.common.errors import RuleViolation
from reviewdb.common.tables_in.terms import free_slug, term_slug
from reviewdb.common.web.permissions import Role
from reviewdb.reviews.models import Membership, Review
from reviewdb.reviews.models.studies import Evidence
from reviewdb.reviews.selectors.reviews import review_list
from taxonomy.models import Tag
from taxonomy.selectors.studies import study_facets, study_list
from taxonomy.services.loading import review_load
from taxonomy.services.studies import study_edit, study_tag, study_unlock, study_untag

ANYONE = AnonymousUser()


@pytest.fixture
def ada(django_user_model: Any) -> Any:
    return django_user_model.objects.create_user("ada")


@pytest.fixture
def superuser(django_user_model: Any) -> Any:
    return django_user_model.objects.create_superuser("root")


def number(**filters: str) -> int:
    return study_list(ANYONE, filters).count()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, 129),
        ({"node": "feature/symmetric"}, 31),
        ({"node": "relational"}, 0),
        ({"task": "classification"}, 8),
        ({"task": "Classification"}, 8),
        ({"task": "segmentation"}, 0),
        ({"task": "not-stated"}, 116),
        ({"node": "instance", "year": "2015"}, 3),
        ({"label_setting": "unsupervised"}, 1),
        ({"label_setting": "transductive"}, 8),
        ({"label_setting": "inductive"}, 0),
        ({"method": "uses_cnn:no"}, 2),
        ({"mri": "multimodal-images"}, 2),
        ({"q": "Reference 30"}, 1),
        ({"q": "opbroek kernel"}, 1),
        ({"q": "random forest"}, 2),
        ({"q": "  "}, 129),
        ({"year": "1950"}, 0),
        ({"colour": "red"}, 129),
    ],
)
def test_filters_find(review: Review, filters: dict[str, str], expected: int) -> None:
    assert number(**filters) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("node", "feature/sideways"),
        ("task", "guessing"),
        ("label_setting", "deductive"),
        ("year", "soon"),
        ("tag", "none-such"),
        ("review", "other"),
    ],
)
def test_an_unknown_value_is_refused_with_the_choices(
    review: Review, name: str, value: str
) -> None:
    with pytest.raises(RuleViolation) as refusal:
        number(**{name: value})
    assert value in refusal.value.errors[name][0]


def test_a_facets_count_is_what_choosing_the_value_finds(review: Review) -> None:
    filters = {"node": "feature", "year": "2019"}
    facets = study_facets(ANYONE, filters)
    assert {"task", "application", "mri", "method", "label_setting", "tag"} <= set(facets)
    for name, values in facets.items():
        for value in values:
            assert number(**{**filters, name: value["value"]}) == value["count"], (name, value)


def test_lists_and_facets_keep_their_query_budgets(
    review: Review, django_assert_max_num_queries: Any
) -> None:
    filters = {"node": "feature", "task": "not-stated"}
    with django_assert_max_num_queries(6):
        for study in study_list(ANYONE, filters):
            [approach.node.path for approach in study.approaches.all()]
            [attribute.term.vocabulary.slug for attribute in study.attributes.all()]
            [tagging.tag.name for tagging in study.taggings.all()]
    with django_assert_max_num_queries(23):
        study_facets(ANYONE, filters)


def test_a_private_review_is_seen_by_its_members_only(review: Review, ada: Any) -> None:
    review.is_public = False
    review.save()
    assert not review_list(ANYONE).exists()
    assert not study_list(ada, {}).exists()
    assert study_facets(ada, {})["application"][0]["value"] == "not-stated"
    with pytest.raises(RuleViolation, match="none yet"):
        study_list(ada, {"review": review.slug})
    Membership.objects.create(review=review, user=ada, role=Role.READER)
    assert study_list(ada, {"review": review.slug}).count() == 129
    with pytest.raises(PermissionDenied):
        study_tag(study=review.studies.get(key="30"), name="x", user=ada)


def test_a_tag_is_given_once_found_by_and_taken_off_again(review: Review, extractor: Any) -> None:
    study = review.studies.get(key="30")
    assert study_tag(study=study, name=" To  read ", user=extractor)[1]
    assert not study_tag(study=study, name="to read", user=extractor)[1]
    assert number(tag="to-read") == 1
    study_untag(study=study, tag="to-read", user=extractor)
    assert not Tag.objects.exists()
    with pytest.raises(RuleViolation, match="no tag"):
        study_untag(study=study, tag="to-read", user=extractor)


def test_a_tag_needs_a_name(review: Review, extractor: Any) -> None:
    with pytest.raises(RuleViolation):
        study_tag(study=review.studies.get(key="30"), name="  ", user=extractor)


def test_an_edit_is_remembered_and_survives_a_reload(review: Review, extractor: Any) -> None:
    study = review.studies.get(key="27")
    study_edit(study=study, user=extractor, fields={"year": 2018})
    review_load(slug=review.slug)
    study.refresh_from_db()
    assert (study.year, study.edited_fields) == (2018, ["year"])
    assert study.evidence == Evidence.INFERRED


def test_a_new_title_is_evidence_of_its_own_unless_the_text_names_the_paper(
    review: Review, extractor: Any
) -> None:
    for key, evidence in (("30", Evidence.EDITED), ("34", Evidence.NAMED)):
        study = review.studies.get(key=key)
        assert study_edit(study=study, user=extractor, fields={"title": "New"}).evidence == evidence


@pytest.mark.parametrize("fields", [{"year": 1200}, {"evidence": "crossref"}])
def test_an_edit_out_of_range_is_refused(
    review: Review, extractor: Any, fields: dict[str, Any]
) -> None:
    with pytest.raises(RuleViolation):
        study_edit(study=review.studies.get(key="30"), user=extractor, fields=fields)


def test_a_cleared_field_is_open_to_imports_again(review: Review, extractor: Any) -> None:
    study = review.studies.get(key="27")
    title, year = study.title, study.year
    study_edit(study=study, user=extractor, fields={"title": "Mine", "year": 2018})
    study_edit(study=study, user=extractor, fields={"title": "", "year": None})
    study.refresh_from_db()
    assert (study.edited_fields, study.evidence) == ([], Evidence.UNRESOLVED)
    review_load(slug=review.slug)
    study.refresh_from_db()
    assert (study.title, study.year, study.evidence) == (title, year, Evidence.INFERRED)


def test_an_unlocked_field_keeps_its_value_until_an_import_has_one(
    review: Review, extractor: Any
) -> None:
    study = review.studies.get(key="27")
    title = study.title
    study_edit(study=study, user=extractor, fields={"title": "Mine", "year": 2018})
    study = study_unlock(study=study, user=extractor, fields=["title"])
    assert (study.title, study.edited_fields) == ("Mine", ["year"])
    review_load(slug=review.slug)
    study.refresh_from_db()
    assert (study.title, study.year) == (title, 2018)


@pytest.mark.parametrize("fields", [[], ["title"], ["key"]])
def test_only_a_locked_field_can_be_unlocked(
    review: Review, extractor: Any, fields: list[str]
) -> None:
    study = review.studies.get(key="27")
    study_edit(study=study, user=extractor, fields={"year": 2018})
    with pytest.raises(RuleViolation, match="locked: year"):
        study_unlock(study=study, user=extractor, fields=fields)


def test_tags_that_differ_in_signs_are_tags_of_their_own(review: Review, superuser: Any) -> None:
    study = review.studies.get(key="30")
    names = ("C", "C++", "C#", "Ω", "Ψ", "深度学习", "Straße", "C - 1", "C 1?")
    for name in names:
        assert study_tag(study=study, name=name, user=superuser)[1]
    assert Tag.objects.count() == len(names)
    for name in ("c++", "STRASSE", "Ω", "  深度学习 "):
        assert not study_tag(study=study, name=name, user=superuser)[1]
    assert number(tag="C++") == 1
    assert number(tag="c-plus-plus") == 1
    study_untag(study=study, tag="C++", user=superuser)
    assert set(Tag.objects.values_list("name", flat=True)) == set(names) - {"C++"}


def test_a_tag_made_before_keeps_its_slug_and_is_found_by_its_name(
    review: Review, superuser: Any
) -> None:
    old = review.tags.create(slug="c", name="C++")
    study = review.studies.get(key="30")
    assert study_tag(study=study, name="c++", user=superuser)[0] == old
    assert study_tag(study=study, name="C", user=superuser)[0].slug == "c-2"
    assert (number(tag="C++"), number(tag="c-2")) == (1, 1)


def test_names_that_compare_equal_have_one_slug_and_no_name_is_without() -> None:
    assert term_slug("Deep-Learning ") == term_slug("deep  learning") == "deep-learning"
    assert term_slug("Größe") == "grosse"
    assert term_slug("e\u0301tude") == term_slug("\u00e9tude") == "etude"
    assert len({term_slug(name) for name in ("Ω", "Ψ", "Ω-3", "Ψ-3", "+", "#", "x" * 300)}) == 7
    assert len(term_slug("Ω" + "x" * 300, 100)) <= 100
    assert free_slug("C", {"c", "c-2"}) == "c-3"
