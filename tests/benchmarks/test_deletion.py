"""Deleting and pruning runs: what goes, what stays, who may."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from benchmarks.models import Artifact, Result, Run, RunState
from benchmarks.plan.outputs import step_folder
from benchmarks.running.execution import execute
from benchmarks.running.places import engine_store, run_folder
from benchmarks.services.deletion import run_delete
from benchmarks.services.pruning import runs_prune
from benchmarks.services.runs import run_cancel, run_request, run_retry
from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import OPERATOR
from reviewdb.reviews.models import Change

API = "/api/v1/runs"


@pytest.fixture
def ended(queued) -> Run:
    execute(queued.pk)
    queued.refresh_from_db()
    return queued


@pytest.fixture
def stranger(db) -> User:
    return User.objects.create_user("eve")


def stored_files(home: Path) -> list[Path]:
    return [path for path in (home / "media").rglob("*") if path.is_file()]


def test_a_deleted_run_leaves_no_row_no_file_and_no_folder(
    ended, person, home, django_capture_on_commit_callbacks
):
    assert run_folder(ended.pk).is_dir()
    assert stored_files(home)
    with django_capture_on_commit_callbacks(execute=True):
        assert run_delete(run_id=ended.pk, user=person) > 0
    assert not Run.objects.exists()
    assert not Result.objects.exists()
    assert not Artifact.objects.exists()
    assert stored_files(home) == []
    assert not run_folder(ended.pk).exists()
    change = Change.objects.latest("pk")
    assert (change.action, change.kind, change.by_name) == ("removed", "run", "ada")


def test_deleting_a_failed_run_takes_nothing_else_away(
    ended, person, home, django_capture_on_commit_callbacks
):
    """The entry of the other run of the same person stays, with its value and its files."""
    failed = run_request(benchmark="site-shift", profile="smoke", requested_by=person)
    Run.objects.filter(pk=failed.pk).update(state=RunState.FAILED)
    before = (Result.objects.count(), len(stored_files(home)))
    with django_capture_on_commit_callbacks(execute=True):
        run_delete(run_id=failed.pk, user=person)
    assert list(Run.objects.all()) == [ended]
    assert (Result.objects.count(), len(stored_files(home))) == before
    assert len(list((home / "engine").iterdir())) > 1


def test_a_run_that_has_not_ended_is_not_deleted(queued, person):
    with pytest.raises(RuleViolation, match="still queued; cancel it first"):
        run_delete(run_id=queued.pk, user=person)


@pytest.mark.parametrize("act", [run_delete, run_cancel, run_retry])
def test_a_stranger_controls_no_run(queued, stranger, act):
    with pytest.raises(PermissionDenied, match="only its requester and staff may"):
        act(run_id=queued.pk, user=stranger)
    assert Run.objects.get(pk=queued.pk).state == RunState.QUEUED


@pytest.mark.parametrize("ways", ["cancel/", "retry/", ""])
def test_the_api_refuses_a_stranger_in_words(api, queued, stranger, ways):
    api.force_authenticate(stranger)
    address = f"{API}/{queued.pk}/{ways}"
    answer = api.post(address) if ways else api.delete(address)
    assert answer.status_code == 403
    assert "only its requester and staff may" in answer.json()["message"]
    assert list(Run.objects.all()) == [queued]


def test_staff_may_cancel_retry_and_delete_what_others_requested(api, queued, stranger):
    stranger.is_staff = True
    stranger.save()
    api.force_authenticate(stranger)
    assert api.post(f"{API}/{queued.pk}/cancel/").json()["state"] == "cancelled"
    again = api.post(f"{API}/{queued.pk}/retry/").json()["id"]
    assert Run.objects.get(pk=again).requested_by == stranger
    assert api.delete(f"{API}/{queued.pk}/").status_code == 204
    assert api.get(f"{API}/{queued.pk}/").status_code == 404


def test_deleting_needs_an_account(api, ended):
    assert api.delete(f"{API}/{ended.pk}/").status_code == 401
    assert Run.objects.exists()


def cancelled(person, *, days):
    """Return a run that was cancelled so many days ago, with a folder and a file."""
    run = run_request(benchmark="site-shift", profile="smoke", requested_by=person)
    run_cancel(run_id=run.pk, user=person)
    Run.objects.filter(pk=run.pk).update(finished_at=timezone.now() - timedelta(days=days))
    run_folder(run.pk).mkdir(parents=True)
    (run_folder(run.pk) / "plan.json").write_text("{}")
    artifact = Artifact(run=run, name="a.json", kind="data", title="A", digest="0" * 64)
    artifact.file.save("a.json", ContentFile("content"))
    return run


def prune(**options):
    asked = {"older_than": timedelta(days=30), "keep": 0, "user": OPERATOR, **options}
    return runs_prune(**asked)


def test_pruning_deletes_old_runs_but_the_newest(
    home, nodes, person, django_capture_on_commit_callbacks
):
    oldest, old, recent = (cancelled(person, days=days) for days in (90, 60, 5))
    with django_capture_on_commit_callbacks(execute=True):
        assert prune(keep=2).runs == [oldest.pk]
        found = prune(keep=0)
    assert found.runs == [old.pk]
    assert (found.run_folders, found.artifact_files) == (1, 1)
    assert found.bytes == len("{}") + len("content")
    assert list(Run.objects.all()) == [recent]
    assert [path.parent.name for path in (home / "runs").rglob("plan.json")] == [str(recent.pk)]


def test_a_dry_run_says_the_same_and_removes_nothing(
    home, nodes, person, django_capture_on_commit_callbacks
):
    run = cancelled(person, days=60)
    planned = prune(dry_run=True)
    assert run_folder(run.pk).exists()
    assert Run.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        done = prune()
    assert {**planned.as_json(), "dry_run": False} == done.as_json()


def test_runs_whose_numbers_stand_on_pages_stay_unless_told_otherwise(ended):
    long_ago = timezone.now() - timedelta(days=60)
    Run.objects.update(profile="quick", finished_at=long_ago)
    found = prune()
    assert (found.runs, found.kept_as_evidence) == ([], [ended.pk])
    assert prune(with_evidence=True).runs == [ended.pk]
    assert not Run.objects.exists()


def test_a_run_that_waits_or_works_is_never_pruned(queued):
    Run.objects.update(created_at=timezone.now() - timedelta(days=90))
    assert prune(older_than=timedelta(0)).runs == []


def test_outputs_of_steps_that_no_run_needs_go_and_others_stay(queued):
    needed, stray = queued.steps.first().address, "f" * 64
    for address in (needed, stray):
        folder = step_folder(engine_store(), address)
        folder.mkdir(parents=True)
        (folder / "outputs.json").write_text("{}")
    draft = engine_store() / "drafts" / "0123456789ab-old"
    draft.mkdir(parents=True)
    found = prune(now=timezone.now())
    assert (found.step_outputs, found.bytes) == (1, 2)
    assert step_folder(engine_store(), needed).exists()
    assert not step_folder(engine_store(), stray).exists()
    assert draft.exists()  # it may be at work on another host


def test_files_that_no_row_names_go_once_they_are_old(queued):
    name = default_storage.save("artifacts/2026/01/stray.png", ContentFile("picture"))
    assert prune().artifact_files == 0
    later = timezone.now() + timedelta(hours=2)
    assert prune(now=later).artifact_files == 1
    assert not default_storage.exists(name)


def test_the_command_prints_one_object_or_words(home, nodes, person):
    run = cancelled(person, days=60)
    words = ["prune_runs", "--older-than", "30", "--keep", "0", "--dry-run"]
    said, plain = StringIO(), StringIO()
    call_command(*words, "--json", stdout=said)
    call_command(*words, stdout=plain)
    found = json.loads(said.getvalue())
    assert (found["runs"], found["dry_run"], found["bytes"]) == ([run.pk], True, 9)
    assert "1 runs would be removed" in plain.getvalue()


@pytest.mark.parametrize("wrong", ["-1", "soon", "9" * 40, "²"])
def test_a_wrong_number_of_days_is_refused(db, wrong):
    with pytest.raises(CommandError, match="whole number"):
        call_command("prune_runs", f"--older-than={wrong}", "--keep=1")
