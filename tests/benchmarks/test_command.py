"""`manage.py run_benchmark`."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from benchmarks.models import Result, Run, RunState, WorkerBeat
from benchmarks.selectors import run_progress
from benchmarks.tasks import run_execute
from reviewdb.common.processes import process_name


@pytest.fixture(autouse=True)
def sent(home, nodes, monkeypatch):
    messages = []
    monkeypatch.setattr(run_execute, "delay", messages.append)
    return messages


def said(*words):
    out = StringIO()
    call_command("run_benchmark", *words, stdout=out)
    return out.getvalue()


def test_waiting_without_a_worker_runs_the_engine_itself():
    words = ("site-shift", "--profile", "smoke", "--strategy", "deep_coral", "--seeds", "1")
    answer = json.loads(said(*words, "--wait", "--json"))
    assert set(answer) == {"run", "state", "reason", "results"}
    assert (answer["state"], len(answer["results"])) == ("succeeded", Result.objects.count())
    run = Run.objects.get()
    assert (run.pk, run.seeds, run.strategies[-1]) == (answer["run"], 1, "deep_coral")


def test_without_waiting_the_run_waits_for_a_worker():
    answer = json.loads(said("site-shift", "--profile", "smoke", "--json"))
    assert (answer["state"], answer["results"]) == ("queued", [])


def test_in_words_each_result_has_a_line():
    text = said("site-shift", "--profile", "smoke", "--wait")
    assert "succeeded" in text
    assert "tissue, deep_coral, 0 labelled, dice: 0.700, gain +0.100 (gain)" in text


def test_a_refusal_is_one_json_object_and_exit_1():
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("run_benchmark", "nope", "--json", stdout=out)
    assert end.value.code == 1
    answer = json.loads(out.getvalue())
    assert set(answer) == {"message", "errors"}
    assert "site-shift" in answer["errors"]["benchmark"][0]


def test_a_refusal_in_words_names_the_choices():
    with pytest.raises(CommandError, match="quick"):
        said("site-shift", "--profile", "nope")


def test_a_live_worker_is_left_to_work(monkeypatch):
    WorkerBeat.objects.create(name=process_name(), seen_at=timezone.now())
    monkeypatch.setattr("benchmarks.management.commands.run_benchmark.POLL_SECONDS", 0.01)
    looks = []

    def finish(run):
        looks.append(run.state)
        Run.objects.filter(pk=run.pk).update(state=RunState.SUCCEEDED, reason="elsewhere")
        return run_progress(run)

    monkeypatch.setattr("benchmarks.management.commands.run_benchmark.run_progress", finish)
    answer = json.loads(said("site-shift", "--profile", "smoke", "--wait", "--json"))
    assert (answer["reason"], looks) == ("elsewhere", ["queued"])


def test_ctrl_c_while_it_works_here_cancels_the_run(monkeypatch):
    def interrupted(run_id, should_stop):
        raise KeyboardInterrupt

    monkeypatch.setattr("benchmarks.management.commands.run_benchmark.execute", interrupted)
    with pytest.raises(KeyboardInterrupt):
        said("site-shift", "--profile", "smoke", "--wait")
    assert Run.objects.get().state == RunState.CANCELLED
