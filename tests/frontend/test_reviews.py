"""Members, changes and history: shown to members, changed by owners."""

import pytest

from frontend.presenters.changes import change_lines
from reviewdb.common.web.permissions import Role
from reviewdb.reviews.models import Change, Membership, Study

HTMX = {"HX-Request": "true"}


@pytest.fixture
def study(review) -> Study:
    return Study.objects.get(key="27")


@pytest.fixture
def join(review, person):
    return lambda role: Membership.objects.create(review=review, user=person, role=role)


def test_without_a_role_a_public_study_shows_no_controls_and_takes_no_change(signed_in, study):
    html = signed_in.get(f"/studies/{study.pk}/").content.decode()
    assert "/edit/" not in html
    assert "New tag" not in html
    assert ">History<" not in html
    for path, sent in (("tags/", {"name": "x"}), ("tags/remove/", {"tag": "x"}), ("unlock/", {})):
        assert signed_in.post(f"/studies/{study.pk}/{path}", sent, headers=HTMX).status_code == 403
    assert signed_in.get(f"/studies/{study.pk}/edit/").status_code == 403
    assert signed_in.post(f"/studies/{study.pk}/edit/", {"title": "Mine"}).status_code == 403
    study.refresh_from_db()
    assert study.edited_fields == []


def test_a_reader_sees_the_history_and_no_controls(signed_in, study, join):
    join(Role.READER)
    html = signed_in.get(f"/studies/{study.pk}/").content.decode()
    assert ">History<" in html
    assert "/edit/" not in html
    assert signed_in.post(f"/studies/{study.pk}/tags/", {"name": "x"}).status_code == 403


def test_history_says_who_changed_what_from_what_to_what(signed_in, study, join):
    join(Role.EXTRACTOR)
    signed_in.post(f"/studies/{study.pk}/tags/", {"name": "<b>reread</b>"}, headers=HTMX)
    html = signed_in.get(f"/studies/{study.pk}/").content.decode()
    assert "tagged study" in html
    assert "tag: nothing → &lt;b&gt;reread&lt;/b&gt;" in html
    assert "tagged study" in signed_in.get("/changes/?review=valverde2021").content.decode()


def test_a_locked_field_is_opened_on_the_edit_page(signed_in, study, join):
    join(Role.EXTRACTOR)
    signed_in.post(f"/studies/{study.pk}/edit/", {"title": study.title, "venue": "Elsewhere"})
    assert (
        'name="field" value="venue"' in signed_in.get(f"/studies/{study.pk}/edit/").content.decode()
    )
    signed_in.post(f"/studies/{study.pk}/unlock/", {"field": "venue"})
    study.refresh_from_db()
    assert "venue" not in study.edited_fields


def test_an_owner_chooses_members_and_publishes(signed_in, review, join, django_user_model):
    join(Role.OWNER)
    django_user_model.objects.create_user("mira")
    base = "/reviews/valverde2021"
    signed_in.post(f"{base}/members/", {"user": "mira", "role": "reader"})
    mira = Membership.objects.get(user__username="mira")
    signed_in.post(f"{base}/members/{mira.pk}/", {"role": "reviewer"})
    assert "Role of mira" in signed_in.get("/members/?review=valverde2021").content.decode()
    mira.refresh_from_db()
    assert mira.role == Role.REVIEWER
    signed_in.post(f"{base}/members/{mira.pk}/", {"role": "remove"})
    signed_in.post(f"{base}/publish/", {"is_public": "no"})
    review.refresh_from_db()
    assert not review.is_public
    assert list(review.memberships.values_list("role", flat=True)) == [Role.OWNER]


@pytest.mark.parametrize("role", [Role.READER, Role.EXTRACTOR, Role.REVIEWER])
def test_only_an_owner_chooses_members(signed_in, review, join, role):
    own = join(role)
    assert "Add a member" not in signed_in.get("/members/?review=valverde2021").content.decode()
    base = "/reviews/valverde2021"
    for path in ("members/", f"members/{own.pk}/", "publish/"):
        assert signed_in.post(f"{base}/{path}", {"role": "owner"}).status_code == 403


def test_members_and_changes_of_a_private_review_are_not_found_by_others(signed_in, review):
    review.is_public = False
    review.save()
    for path in ("members", "changes"):
        assert signed_in.get(f"/{path}/?review=valverde2021").status_code == 404
        assert signed_in.get(f"/{path}/?review=none").status_code == 404
    assert signed_in.post("/reviews/valverde2021/members/", {}).status_code == 404
    assert signed_in.post("/reviews/valverde2021/publish/", {}).status_code == 404


def test_edits_in_the_administration_are_logged_and_locked(admin_client, study, review):
    page = admin_client.get(f"/admin/reviews/study/{study.pk}/change/")
    assert page.status_code == 200
    form = page.context["adminform"].form
    sent = {name: form.initial.get(name) or "" for name in form.fields}
    for formset in page.context["inline_admin_formsets"]:
        management = formset.formset.management_form
        sent |= {management.add_prefix(name): value for name, value in management.initial.items()}
        for row in formset.formset.initial_forms:
            sent |= {row.add_prefix(n): row[n].value() or "" for n in row.fields}
    sent["venue"] = "Elsewhere"
    assert admin_client.post(f"/admin/reviews/study/{study.pk}/change/", sent).status_code == 302
    change = review.changes.first()
    assert (change.by_name, change.fields) == (
        "admin",
        {"venue": {"from": study.venue, "to": "Elsewhere"}},
    )
    study.refresh_from_db()
    assert study.edited_fields == ["venue"]


def test_a_member_made_in_the_administration_is_logged(admin_client, review, person):
    page = admin_client.get(f"/admin/reviews/review/{review.pk}/change/")
    form = page.context["adminform"].form
    sent = {name: form.initial.get(name) or "" for name in form.fields} | {"is_public": "on"}
    for formset in page.context["inline_admin_formsets"]:
        management = formset.formset.management_form
        sent |= {management.add_prefix(name): value for name, value in management.initial.items()}
        for row in formset.formset.initial_forms:
            sent |= {row.add_prefix(n): row[n].value() or "" for n in row.fields}
    sent |= {"memberships-TOTAL_FORMS": 1, "memberships-0-user": person.pk}
    sent["memberships-0-role"] = "reader"
    response = admin_client.post(f"/admin/reviews/review/{review.pk}/change/", sent)
    assert response.status_code == 302
    change = review.changes.first()
    assert (change.action, change.kind) == ("added", "membership")
    assert change.fields["role"] == {"from": None, "to": "reader"}


def test_a_change_reads_as_words():
    fields = {
        "year": {"from": None, "to": 2018},
        "edited_fields": {"from": [], "to": ["venue", "year"]},
        "is_public": {"from": True, "to": False},
        "abstract": {"from": "", "to": "x" * 500},
        "evidence": {"from": "unresolved", "to": "edited"},
    }
    counts = {"created": {"nodes": 16, "terms": 0}, "updated": {}, "deleted": 3}
    *lines, created, deleted = change_lines(Change(fields=fields, counts=counts))
    assert lines[:3] == [
        "year: nothing → 2018",
        "kept from imports: nothing → venue, year",
        "public: yes → no",
    ]
    assert len(lines[3]) < 250
    assert lines[4] == "known by: not identified yet → entered by a person"
    assert (created, deleted) == ("created: 16 nodes", "deleted: 3")
