"""Finding, tagging and correcting studies, with htmx and without."""

import pytest

from reviewdb.common.web.permissions import Role
from reviewdb.reviews.models import Membership, Study
from taxonomy.models import Tagging

HTMX = {"HX-Request": "true"}


def test_htmx_gets_the_list_alone_and_caches_keep_them_apart(client, review):
    whole = client.get("/studies/?node=instance")
    part = client.get("/studies/?node=instance", headers=HTMX)
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert "<strong>15</strong> of 129 studies" in part.content.decode()
    assert "HX-Request" in whole["Vary"]


def test_history_restore_gets_the_whole_page(client, review):
    headers = {**HTMX, "HX-History-Restore-Request": "true"}
    assert "<html" in client.get("/studies/", headers=headers).content.decode()


def test_unknown_filter_value_is_refused_with_choices(client, review):
    response = client.get("/studies/?node=magic")
    assert response.status_code == 400
    assert "parameter/prior-sharing" in response.content.decode()


def test_search_words_are_escaped(client, review):
    html = client.get("/studies/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in html


@pytest.fixture
def study(review, person) -> Study:
    Membership.objects.create(review=review, user=person, role=Role.EXTRACTOR)
    return Study.objects.get(key="27")


def test_tagging_needs_an_account(client, study):
    response = client.post(f"/studies/{study.pk}/tags/", {"name": "reread"})
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")
    assert not Tagging.objects.exists()


def test_tag_is_added_and_removed_with_htmx(signed_in, study):
    added = signed_in.post(f"/studies/{study.pk}/tags/", {"name": "reread"}, headers=HTMX)
    assert "reread" in added.content.decode()
    assert "<html" not in added.content.decode()
    assert "reread" in signed_in.get("/studies/?tag=reread").content.decode()
    gone = signed_in.post(f"/studies/{study.pk}/tags/remove/", {"tag": "reread"}, headers=HTMX)
    assert "No tags yet" in gone.content.decode()


def test_tag_without_script_returns_to_the_study(signed_in, study):
    response = signed_in.post(f"/studies/{study.pk}/tags/", {"name": "reread"})
    assert response["Location"] == f"/studies/{study.pk}/"


def test_empty_tag_is_refused_in_place(signed_in, study):
    response = signed_in.post(f"/studies/{study.pk}/tags/", {"name": " "}, headers=HTMX)
    assert "must hold 1 to 100 characters" in response.content.decode()


def test_editing_keeps_only_what_was_changed(signed_in, study):
    page = signed_in.get(f"/studies/{study.pk}/edit/")
    fields = {
        name: page.context["form"].initial[name] or "" for name in page.context["form"].fields
    }
    response = signed_in.post(f"/studies/{study.pk}/edit/", {**fields, "venue": "Elsewhere"})
    assert response.status_code == 302
    study.refresh_from_db()
    assert (study.venue, study.edited_fields) == ("Elsewhere", ["venue"])


def test_editing_needs_an_account(client, study):
    assert client.get(f"/studies/{study.pk}/edit/").status_code == 302


def test_impossible_year_is_refused_at_its_field(signed_in, study):
    response = signed_in.post(f"/studies/{study.pk}/edit/", {"title": study.title, "year": "1066"})
    assert response.status_code == 400
    assert "errorlist" in response.content.decode()
