"""Runs as archives: exported, imported elsewhere, refused when damaged, and computed again."""

import json
import sys
import zipfile
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from benchmarks.management.commands import import_results, verify_run
from benchmarks.models import Result, Run, RunState
from benchmarks.plan.hosts import host_words
from benchmarks.plan.result_row import COLUMNS
from benchmarks.running import archive as archives
from benchmarks.running.archive import MANIFEST, as_bytes, pack, unpack
from benchmarks.running.execution import execute
from benchmarks.running.exporting import run_archive
from benchmarks.running.verification import run_verify
from benchmarks.selectors import run_get
from benchmarks.selectors.evidence import evidence_results
from benchmarks.services import archives as importing
from benchmarks.services.archives import BUNDLED, references_load, runs_import
from benchmarks.services.runs import run_request
from reviewdb.common.errors import RuleViolation
from reviewdb.reviews.models import Action, Change


@pytest.fixture
def ended(queued) -> Run:
    """A small run that the pretended engine finished."""
    execute(queued.pk)
    return Run.objects.get(pk=queued.pk)


@pytest.fixture
def exported(ended, tmp_path):
    path = tmp_path / "run.zip"
    call_command("export_results", str(ended.pk), out=path)
    return path


def rows(run):
    found = run.results.select_related("node", "step").order_by("pk")
    return [
        [r.node.path if r.node else None, r.step.address if r.step else None]
        + [getattr(r, name) for name in COLUMNS if name != "node"]
        for r in found
    ]


def test_a_run_comes_back_equal_once_and_says_where_it_is_from(ended, exported, api):
    before, files = rows(ended), list(ended.artifacts.values_list("name", "digest", "kind"))
    addresses = list(ended.steps.values_list("address", flat=True))
    again = run_archive(ended)
    assert exported.read_bytes() == again
    ended.delete()

    call_command("import_results", str(exported))
    run = Run.objects.get()
    assert rows(run) == before
    assert before
    assert list(run.artifacts.values_list("name", "digest", "kind")) == files
    assert list(run.steps.values_list("address", flat=True)) == addresses
    assert run.origin["archive"]
    assert run.steps.filter(wall_seconds__isnull=False).count() == 0  # no times of this machine
    change = Change.objects.get(kind="run", action=Action.LOADED)
    assert (change.object_id, change.counts["results"]) == (run.pk, len(before))
    assert run.origin["host"] == host_words(run.provenance)
    assert api.get(f"/api/v1/runs/{run.pk}/").json()["origin"] == run.origin

    page = api.get(f"/runs/{run.pk}/").content.decode()
    assert "Reference run" in page
    assert f"on another machine ({run.origin['host']})" in page
    assert f"verify_run {run.pk}" in page
    assert "0.05 in Dice" in page

    call_command("import_results", str(exported))
    assert Run.objects.count() == 1
    assert Result.objects.count() == len(before)


def test_a_run_that_was_made_here_is_not_added_a_second_time(ended, exported):
    [(run, is_new)] = runs_import(paths=[exported])
    assert (run, is_new) == (ended, False)


def test_a_run_made_here_stands_before_an_imported_one(ended, exported, monkeypatch):
    Run.objects.filter(pk=ended.pk).update(profile="quick")
    twin = Run.objects.get(pk=ended.pk)
    steps = list(ended.steps.values_list("address", flat=True))
    imported = Run.objects.create(
        benchmark=twin.benchmark, profile="quick", seeds=twin.seeds, state=RunState.SUCCEEDED,
        origin={"archive": "x"},
    )  # fmt: skip
    for result in ended.results.all():
        result.pk, result.run, result.step = None, imported, None
        result.save()
    assert steps
    assert {r.run_id for r in evidence_results(Result.objects.all())} == {ended.pk}
    ended.results.all().delete()
    assert {r.run_id for r in evidence_results(Result.objects.all())} == {imported.pk}


def changed(path, **parts):
    """Write the archive anew, with a right manifest around changed members."""
    members = unpack(path)
    for name, change in parts.items():
        content = json.loads(members[f"{name}.json"])
        change(content)
        members[f"{name}.json"] = as_bytes(content)
    path.write_bytes(pack(members))


def rewritten(path, change):
    """Write the archive anew, with ``change`` made to its members, manifest included."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def of_version(members):
    manifest = json.loads(members[MANIFEST])
    members[MANIFEST] = as_bytes({**manifest, "version": 99})


DAMAGES = {
    "its SHA-256": lambda p: rewritten(
        p, lambda m: m.update({"results.json": m["results.json"] + b" "})
    ),
    "damaged or no archive": lambda p: p.write_bytes(p.read_bytes()[:-200]),
    "does not belong there": lambda p: rewritten(p, lambda m: m.update({"../evil": b"x"})),
    "version 99": lambda p: rewritten(p, of_version),
    "it lacks plan.json": lambda p: rewritten(p, lambda m: m.pop("plan.json")),
    "unknown column 'hat'": lambda p: changed(p, results=lambda r: r[0].update(hat=1)),
    "column 'mean' is missing": lambda p: changed(p, results=lambda r: r[0].pop("mean")),
    "not the one that this code makes": lambda p: changed(p, plan=lambda x: x["steps"].pop()),
    "has not ended": lambda p: changed(p, run=lambda r: r.update(state="running")),
    "must be a": lambda p: changed(p, results=lambda r: r[0].update(mean="many")),
    "no time": lambda p: changed(p, run=lambda r: r.update(created_at="soon")),
}


@pytest.mark.parametrize("words", DAMAGES)
def test_a_damaged_archive_is_refused_in_words_and_writes_nothing(ended, exported, words, tmp_path):
    good = tmp_path / "good.zip"
    good.write_bytes(exported.read_bytes())
    DAMAGES[words](exported)
    ended.delete()
    with pytest.raises(CommandError, match=words):
        call_command("import_results", str(good), str(exported))
    assert not Run.objects.exists()
    assert not Change.objects.filter(action=Action.LOADED).exists()


def test_a_bomb_is_refused_before_it_is_unpacked(exported, monkeypatch):
    monkeypatch.setattr(archives, "MAX_CONTENT", 10**6)
    rewritten(exported, lambda m: m.update({"files/0000": bytes(2 * 10**6)}))
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(RuleViolation, match="unpacked it would exceed"):
        unpack(exported)


def test_a_run_of_another_revision_comes_without_a_plan_and_is_not_computed_again(ended, exported):
    changed(exported, plan=lambda p: p.update(engine_revision=1))
    ended.delete()
    [(run, _)] = runs_import(paths=[exported])
    assert run.results.exists()
    with pytest.raises(RuleViolation, match="engine revision 1"):
        run_verify(run)


def test_files_go_if_a_later_archive_cannot_be_written(ended, exported, home, monkeypatch):
    ended.delete()
    monkeypatch.setattr(importing, "change_add", lambda **_: (_ for _ in ()).throw(OSError("no")))
    before = set((home / "media").rglob("*.png"))
    with pytest.raises(OSError, match="no"):
        runs_import(paths=[exported])
    assert set((home / "media").rglob("*.png")) == before


def test_reference_runs_load_once_and_a_bad_one_is_named(ended, exported, tmp_path):
    ended.delete()
    folder = tmp_path / "reference"
    folder.mkdir()
    assert references_load(folder) == ([], [])
    (folder / "a.zip").write_bytes(b"no zip")
    exported.rename(folder / "b.zip")
    [run], [fault] = references_load(folder)
    assert "a.zip" in fault
    assert run.results.exists()
    assert references_load(folder)[0] == []
    run.delete()
    assert references_load(folder)[0] == []  # whoever deletes it does not want it back


def test_the_reference_runs_that_come_along_are_small_and_sound():
    found = sorted(BUNDLED.glob("*.zip"))
    assert sum(path.stat().st_size for path in found) <= 30 * 2**20
    for path in found:
        assert unpack(path)


@pytest.mark.slow
def test_a_real_run_is_computed_again_to_the_digit_and_a_changed_number_is_found(
    home, nodes, settings, monkeypatch, capsys
):
    settings.REVIEWDB_ENGINE_COMMAND = [sys.executable, "-m", "benchmarks.engine"]
    monkeypatch.setenv("REVIEWDB_DEVICE", "cpu")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    run = run_request(
        benchmark="task-shift", profile="smoke", strategies=["full_fine_tuning"], seeds=1
    )
    execute(run.pk)
    path = home / "run.zip"
    path.write_bytes(run_archive(Run.objects.get(pk=run.pk)))
    Run.objects.all().delete()
    [(run, _)] = runs_import(paths=[path])
    assert run_get(run.pk).state == RunState.SUCCEEDED

    found = run_verify(run)
    assert found["is_same_machine"], found["machine"]
    assert found["checked"] == found["equal"] > 0
    whole = run_verify(run, everything=True)
    assert whole["different"] == []
    assert whole["checked"] > found["checked"]

    row = run.results.filter(strategy="source_only", metric="dice").first()
    row.detail["scores"][0][0] += 1e-6
    row.save()
    with pytest.raises(SystemExit) as ending:
        call_command("verify_run", str(run.pk), "--steps", "1")
    assert ending.value.code == 1
    assert "DIFFERS" in capsys.readouterr().out
    assert verify_run.Command.help
    assert import_results.Command.help


def test_references_are_made_once_and_a_benchmark_without_data_is_skipped(home, nodes, tmp_path):
    folder = tmp_path / "made"

    def make():
        out = StringIO()
        names = ("site-shift", "source-selection-real")
        call_command("make_references", *names, profile="smoke", folder=folder, stdout=out)
        return out.getvalue()

    first = make()
    assert "site-shift: run " in first
    assert "source-selection-real: skipped: " in first
    assert unpack(folder / "site-shift-smoke.zip")
    assert "today's plan already" in make()
    assert Run.objects.count() == 1
    (folder / "site-shift-smoke.zip").unlink()
    assert "site-shift: run " in make()
    assert Run.objects.count() == 1  # the finished run was used
