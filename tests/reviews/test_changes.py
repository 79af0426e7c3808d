"""The change log: every service that writes appends to it, in its own transaction."""

import importlib
import inspect
import pkgutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction

import benchmarks.services
import reviewdb.reviews.services
import taxonomy.services
from benchmarks.models import Run, RunState
from benchmarks.services.deletion import run_delete
from benchmarks.services.runs import run_cancel, run_request, run_retry
from reviewdb.common.web.permissions import OPERATOR, Role
from reviewdb.reviews.models import Action, Change, Membership, Review, Study
from reviewdb.reviews.selectors.changes import change_list, study_changes
from reviewdb.reviews.services.bibliography import bibliography_resolve
from reviewdb.reviews.services.changes import change_add
from reviewdb.reviews.services.members import member_add, member_remove, member_set_role
from reviewdb.reviews.services.reviews import review_create, review_publish
from taxonomy.folder.review_rows import DocumentRows
from taxonomy.services.effects import effect_add, effect_edit, effect_remove
from taxonomy.services.loading import review_load
from taxonomy.services.publishing import document_store
from taxonomy.services.studies import study_edit, study_tag, study_unlock, study_untag
from tests.reviews.test_resolve_bibliography import references_of, work

WORKERS = ("benchmarks.services.worker", "benchmarks.services.upkeep")
"""What a worker does by itself: a run's state is its log, and nobody asked for these."""
ROOMS = (reviewdb.reviews.services, taxonomy.services, benchmarks.services)
# Public functions of these rooms that write nothing of their own, or not to the database.
NO_WRITERS = {
    "account_get",  # reads
    "change_add",
    "changes_add",
    "differences",  # the log itself
    "crossref_fetch",  # reads, from afar
    "read_file",  # reads
    "run_plan",
    "references_load",  # by runs_import
    "runs_import",  # tests/benchmarks/test_archives.py, since it needs an archive
    "file_size",  # read
    "runs_prune",  # deletes by run_delete, and files that no row names
    "member_store",  # a part of member_add, review_create and review_load
    "study_entered",  # checks
    "study_lock",  # a part of study_edit: sets attributes of the row that its caller saves
    "document_check",  # reads
    "chunks",  # writes nothing
    # Parts of review_load, which logs the whole: out of sight, and the switch at its end.
    "staged",
    "stage_write",
    "stage_discard",
    "stages_sweep",
    "contents_stage",
    "tree_store",
    "tree_switch",
    "stage_switch",
}


EFFECT = {
    "better": "Transfer",
    "worse": "Scratch",
    "metric": "Dice",
    "better_value": 0.8,
    "worse_value": 0.7,
}


class Stage:
    """A review with a member, an owner and a study, and what each service does to them."""

    def __init__(self, review: Review, make_user: Any) -> None:
        self.review = review
        self.study = review.studies.get(key="30")
        self.owner, self.other = make_user("olga"), make_user("mira")
        self.requester = self.owner
        Membership.objects.create(review=review, user=self.owner, role=Role.OWNER)
        study_tag(study=self.study, name="old", user=self.owner)
        study_edit(study=self.study, fields={"venue": "There"}, user=self.owner)
        self.effect = effect_add(study=self.study, fields=EFFECT, user=self.owner)

    def run(self, state: RunState = RunState.QUEUED) -> Run:
        run = run_request(benchmark="site-shift", profile="smoke", requested_by=self.requester)
        Run.objects.filter(pk=run.pk).update(state=state)
        return run

    def member(self) -> Membership:
        return Membership.objects.create(review=self.review, user=self.other, role=Role.READER)


WRITERS = {
    "study_tag": lambda s: study_tag(study=s.study, name="new", user=s.owner),
    "study_untag": lambda s: study_untag(study=s.study, tag="old", user=s.owner),
    "study_edit": lambda s: study_edit(study=s.study, fields={"year": 2010}, user=s.owner),
    "study_unlock": lambda s: study_unlock(study=s.study, fields=["venue"], user=s.owner),
    "effect_add": lambda s: effect_add(study=s.study, fields=EFFECT, user=s.owner),
    "effect_edit": lambda s: effect_edit(effect=s.effect, fields={"subjects": 20}, user=s.owner),
    "effect_remove": lambda s: effect_remove(effect=s.effect, user=s.owner),
    "member_add": lambda s: member_add(
        review=s.review, username="mira", role=Role.READER, user=s.owner
    ),
    "member_set_role": lambda s: member_set_role(
        member=s.member(), role=Role.REVIEWER, user=s.owner
    ),
    "member_remove": lambda s: member_remove(member=s.member(), user=s.owner),
    "review_publish": lambda s: review_publish(review=s.review, is_public=False, user=s.owner),
    "review_create": lambda s: review_create(slug="new", title="New", user=s.owner),
    "review_load": lambda s: (
        s.review.studies.filter(key="30").delete(),
        review_load(slug=s.review.slug, user=s.owner),
    ),
    "document_store": lambda s: document_store(
        rows=DocumentRows(s.review.slug, "Renamed", "", "", (), is_the_review=True),
        review=s.review,
        user=s.owner,
    ),
    "run_request": lambda s: run_request(
        benchmark="site-shift", profile="smoke", requested_by=s.owner
    ),
    "run_cancel": lambda s: run_cancel(run_id=s.run().pk, user=s.owner),
    "run_retry": lambda s: run_retry(run_id=s.run(RunState.FAILED).pk, user=s.owner),
    "run_delete": lambda s: run_delete(run_id=s.run(RunState.FAILED).pk, user=s.owner),
    "bibliography_resolve": lambda s: bibliography_resolve(
        review=s.review, data=work(references_of(s.review)), name="w.json", user=s.owner
    ),
}


@pytest.fixture
def stage(review: Review, django_user_model: Any) -> Stage:
    return Stage(review, django_user_model.objects.create_user)


def _services(room: ModuleType) -> set[str]:
    names = [found.name for found in pkgutil.iter_modules(room.__path__, f"{room.__name__}.")]
    return {
        name
        for module in map(importlib.import_module, sorted({*names} - {*WORKERS}))
        for name, value in inspect.getmembers(module, inspect.isfunction)
        if value.__module__ == module.__name__ and not name.startswith("_")
    }


def test_every_service_is_walked_here() -> None:
    found = set().union(*map(_services, ROOMS))
    assert found == set(WRITERS) | NO_WRITERS


@pytest.mark.parametrize("name", WRITERS)
def test_a_service_that_writes_appends_who_and_what(stage: Stage, name: str) -> None:
    last = Change.objects.latest("pk").pk
    with transaction.atomic():
        WRITERS[name](stage)
    rows = Change.objects.filter(pk__gt=last)
    assert {row.by_name for row in rows} == {"olga"}
    assert all(row.fields or row.counts for row in rows)


@pytest.mark.parametrize("name", WRITERS)
def test_a_service_that_writes_refuses_who_has_no_role(
    stage: Stage, name: str, django_user_model: Any
) -> None:
    everybody = [AnonymousUser()]
    if name not in ("review_create", "run_request"):  # open to every account
        everybody.append(django_user_model.objects.create_user("stranger"))
    for who in everybody:
        stage.owner = who
        last = Change.objects.latest("pk").pk
        with pytest.raises(PermissionDenied), transaction.atomic():
            WRITERS[name](stage)
        assert not Change.objects.filter(pk__gt=last).exclude(by_name="olga").exists()


@pytest.mark.parametrize("who", ["owner", "stranger"])
def test_a_document_of_no_review_is_changed_by_few(
    stage: Stage, django_user_model: Any, who: str
) -> None:
    user = stage.owner if who == "owner" else django_user_model.objects.create_user(who)
    rows = DocumentRows("li2023", "Mine", "", "", (), is_the_review=False)
    with pytest.raises(PermissionDenied, match="belong to no review"), transaction.atomic():
        document_store(rows=rows, review=None, user=user)


def test_whoever_loads_a_new_review_owns_it(folder: Path, django_user_model: Any) -> None:
    user = django_user_model.objects.create_user("nina")
    review_load(slug="copy", folder=folder, user=user, is_public=False)
    review = Review.objects.get(slug="copy")
    assert [(row.user, row.role) for row in review.memberships.all()] == [(user, Role.OWNER)]


@pytest.mark.parametrize("name", ["study_tag", "study_edit", "study_untag", "review_publish"])
def test_without_its_change_nothing_is_written(
    stage: Stage, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def state() -> list[Any]:
        study = Study.objects.get(pk=stage.study.pk)
        tags = study.taggings.values_list("tag__slug", flat=True)
        return [study.year, study.edited_fields, list(tags), Review.objects.get().is_public]

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError("no space left")

    before = state()
    monkeypatch.setattr(Change, "save", full)
    with pytest.raises(OSError, match="no space"), transaction.atomic():
        WRITERS[name](stage)
    assert state() == before


@pytest.mark.django_db(transaction=True)
def test_a_change_outside_a_transaction_is_refused() -> None:
    review = Review.objects.create(slug="x", title="X")
    with pytest.raises(RuntimeError, match="transaction"):
        change_add(user=OPERATOR, action=Action.EDITED, target=review)


def test_an_edit_says_from_what_to_what(stage: Stage) -> None:
    study_edit(study=stage.study, fields={"title": "Found", "year": 2010}, user=stage.owner)
    change = Change.objects.latest("pk")
    assert change.fields["year"] == {"from": None, "to": 2010}
    assert change.fields["title"] == {"from": "", "to": "Found"}
    assert change.fields["evidence"] == {"from": "unresolved", "to": "edited"}
    assert (change.kind, change.object_id, change.review) == (
        "study",
        stage.study.pk,
        stage.review,
    )


def test_what_changes_nothing_leaves_no_change(stage: Stage) -> None:
    count = Change.objects.count()
    study_tag(study=stage.study, name="old", user=stage.owner)
    study_edit(study=stage.study, fields={"venue": "There"}, user=stage.owner)
    review_publish(review=stage.review, is_public=True, user=stage.owner)
    review_load(slug=stage.review.slug)
    assert Change.objects.count() == count


def test_a_load_is_one_change_with_counts(review: Review) -> None:
    change = Change.objects.get(kind="review")
    assert (change.by_name, change.action) == ("command line", Action.LOADED)
    assert change.counts["created"]["studies"] == 129
    assert Change.objects.count() == 3  # the review and its two documents


def test_the_log_outlives_the_account(stage: Stage) -> None:
    study_tag(study=stage.study, name="new", user=stage.owner)
    stage.owner.delete()
    change = Change.objects.latest("pk")
    assert (change.by, change.by_name) == (None, "olga")


def test_changes_are_for_members(stage: Stage) -> None:
    assert not change_list(stage.other).exists()
    assert not study_changes(stage.other, stage.study).exists()
    assert [row.action for row in study_changes(stage.owner, stage.study)] == ["edited", "tagged"]


def test_a_documents_new_title_is_told_though_its_tables_are_the_same(review: Review) -> None:
    document = review.documents.get()
    document.title = "As an administrator called it"
    document.save()
    review_load(slug=review.slug)
    change = Change.objects.latest("pk")
    assert change.kind == "document"
    assert change.fields["title"]["from"] == "As an administrator called it"
