"""Lines of the engine become rows."""

import errno
import hashlib
import json

import pytest

from benchmarks.models import Event, Result, Run, Step
from benchmarks.running import attempts
from benchmarks.running.recording import Recorder, parse_line

ROW = {
    "scenario": "tissue", "strategy": "deep_coral", "node": "feature/symmetric/direct",
    "n_target": 0, "metric": "dice", "mean": 0.5, "low": 0.4, "high": 0.6,
    "baseline": "source_only", "gain": 0.1, "gain_low": -0.1, "gain_high": 0.2, "verdict": None,
    "selection": "source_validation", "seeds": 2, "simulated": True, "detail": {},
}  # fmt: skip


@pytest.fixture
def recorder(queued):
    attempt = attempts.claim(queued.pk)
    assert attempt is not None
    return Recorder(attempt)


def told(recorder, *events):
    recorder.take(events)
    recorder.flush_all()


def messages():
    return " ".join(event.payload["message"] for event in Event.objects.filter(name="log"))


def said(**row):
    return {"event": "result", "address": "", "row": ROW | row}


def test_the_same_cell_again_replaces_its_numbers(recorder):
    told(recorder, said(), said(verdict="gain"))
    told(recorder, said(mean=0.9, verdict="no_difference"))
    row = Result.objects.get()
    assert (row.mean, row.verdict) == (0.9, "no_difference")
    assert row.node.path == "feature/symmetric/direct"


def test_another_number_of_labels_is_another_cell(recorder):
    told(recorder, said(), said(n_target=8))
    assert Result.objects.count() == 2


def test_an_unknown_node_leaves_the_result_unfiled_and_says_so(recorder):
    told(recorder, said(node="feature/none"))
    assert Result.objects.get().node is None
    assert "'feature/none'" in messages()


@pytest.mark.parametrize("wrong", [{"verdict": "great"}, {"scenario": None}, {"mean": "much"}])
def test_a_result_that_breaks_its_columns_is_refused_with_a_log_line(recorder, wrong):
    told(recorder, said(**wrong), said(n_target=8))
    assert Result.objects.get().n_target == 8
    assert "a result was refused" in messages()


def test_many_results_cost_a_fixed_number_of_queries(recorder, django_assert_max_num_queries):
    told(recorder, said())
    with django_assert_max_num_queries(8):
        told(recorder, *[said(n_target=n) for n in range(50)])


def test_progress_moves_the_step_and_is_told_only_now_and_then(recorder, queued):
    step = queued.steps.first()
    events = [
        {"event": "step_progress", "address": step.address, "done": n, "total": 9, "message": "m"}
        for n in range(1, 9)
    ]
    told(recorder, {"event": "step_started", "address": step.address}, *events)
    step.refresh_from_db()
    assert (step.state, step.done, step.total) == ("running", 8, 9)
    assert Event.objects.filter(name="step_progress").count() == 1


def test_a_step_found_finished_by_a_later_attempt_keeps_its_time(recorder, queued):
    step = queued.steps.first()
    finished = {"event": "step_finished", "address": step.address}
    told(recorder, finished | {"wall_seconds": 7.5, "reused": False})
    told(recorder, {"event": "step_started", "address": step.address})
    told(recorder, finished | {"wall_seconds": 0.0, "reused": True})
    step.refresh_from_db()
    assert (step.state, step.wall_seconds) == ("finished", 7.5)


def test_a_step_of_an_unknown_address_is_no_accident(recorder):
    told(recorder, {"event": "step_finished", "address": "elsewhere", "wall_seconds": 1.0})
    assert not Step.objects.filter(state="finished").exists()


def test_nothing_is_written_without_the_fence(recorder, queued):
    Run.objects.filter(pk=queued.pk).update(fence="another")
    with pytest.raises(attempts.FenceLostError):
        told(recorder, said())
    assert not Result.objects.exists()
    assert not Event.objects.exists()


def picture(path, content, **changes):
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return {"event": "artifact", "name": "a.png", "kind": "picture", "path": str(path),
            "digest": digest, "address": "", **changes}  # fmt: skip


def test_a_file_is_copied_once_and_replaced_when_its_content_changes(recorder, queued, home):
    told(recorder, picture(home / "a.png", b"one"))
    told(recorder, picture(home / "a.png", b"one"))
    assert queued.artifacts.get().file.read() == b"one"
    told(recorder, picture(home / "a.png", b"two"))
    assert queued.artifacts.get().file.read() == b"two"
    assert len([p for p in (home / "media").rglob("*") if p.is_file()]) == 1


def test_a_corrupt_or_missing_file_is_left_out_with_a_log_line(recorder, queued, home):
    told(recorder, picture(home / "a.png", b"one", digest="0" * 64))
    told(recorder, picture(home / "b.png", b"one", name="b.png") | {"path": "gone.png"})
    assert not queued.artifacts.exists()
    assert "SHA-256" in messages()
    assert "b.png" in messages()


@pytest.mark.parametrize("line", ["plain words", "[1, 2]", '{"no": "event"}', "nul \x00 byte"])
def test_a_line_that_is_no_event_becomes_a_log_event(line):
    event = parse_line(line)
    assert event["event"] == "log"
    assert "\x00" not in event["message"]


def test_not_a_number_becomes_null():
    assert parse_line('{"event": "result", "row": {"mean": NaN}}')["row"] == {"mean": None}


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "null"])
def test_a_value_that_is_not_finite_is_kept_as_null_and_failed_in_words(recorder, value):
    row = json.dumps(ROW | {"mean": "VALUE"}).replace('"VALUE"', value)
    told(recorder, parse_line(f'{{"event": "result", "address": "", "row": {row}}}'))
    kept = Result.objects.get()
    assert (kept.mean, kept.low, kept.gain, kept.verdict) == (None, None, None, "failed")
    assert kept.detail["reason"] == "the engine found no finite value for it"


def test_an_event_tells_nothing_about_the_host(recorder, queued, home):
    step = queued.steps.first()
    told(
        recorder,
        picture(home / "a.png", b"one"),
        {"event": "step_failed", "address": step.address, "error": f"no {home}/x.nii"},
        {"event": "error", "message": "cannot read '/srv/Our Data/x.nii'"},
        parse_line(f"loading {home}/engine/worlds/a.npz"),
    )
    step.refresh_from_db()
    assert step.error == "no x.nii"
    assert recorder.last_error == "cannot read 'x.nii'"
    kept = json.dumps(list(Event.objects.values_list("payload", flat=True)))
    assert "engine/worlds/a.npz" in kept
    assert str(home) not in kept
    assert "/srv" not in kept
    assert "path" not in Event.objects.get(name="artifact").payload


def test_a_full_storage_ends_the_run_and_keeps_the_results_told_with_it(
    recorder, home, monkeypatch
):
    def full(**_):
        raise OSError(errno.ENOSPC, "No space left on device", str(home / "media" / "a.png"))

    monkeypatch.setattr("benchmarks.running.recording.artifact_store", full)
    with pytest.raises(OSError, match="No space left"):
        told(recorder, said(), picture(home / "a.png", b"one"), said(n_target=8))
    assert Result.objects.count() == 2
    assert str(home) not in messages()
