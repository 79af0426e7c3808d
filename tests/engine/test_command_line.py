"""The engine as a process of its own, without Django."""

import json
import signal
import subprocess
import sys
import time

import pytest

from tests.engine.conftest import smoke_plan

WITHOUT_DJANGO = """
import runpy, sys
class NoDjango:
    def find_spec(self, name, path=None, target=None):
        forbidden = {"django", "rest_framework", "celery", "taxonomy", "frontend"}
        if name.split(".")[0] in forbidden or self.is_of_the_project(name):
            raise ImportError(f"{name} must not be needed here")
    def is_of_the_project(self, name):
        own = name.split(".")  # its common room is free of Django but for what serves the web
        return own[0] == "reviewdb" and len(own) > 1 and (own[1] != "common" or own[2:3] == ["web"])
sys.meta_path.insert(0, NoDjango())
sys.argv = ["engine", *sys.argv[1:]]
runpy.run_module("benchmarks.engine", run_name="__main__")
"""


def engine(*words, code=WITHOUT_DJANGO, **options):
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_strategies_are_listed_without_django_and_without_torch():
    no_torch = WITHOUT_DJANGO.replace('"django"', '"torch", "monai", "django"')
    listed = engine("strategies", "--json", code=no_torch)
    rows = json.loads(listed.stdout)
    assert {"slug", "name", "node", "reads", "paper", "references"} == set(rows[0])
    assert "deep_coral" in {row["slug"] for row in rows}


def test_a_file_that_is_no_plan_is_refused(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text("{}", encoding="utf-8")
    refused = engine("run", str(path), "--out", str(tmp_path / "out"))
    assert refused.returncode == 1
    assert "engine revision" in json.loads(refused.stdout)["message"]


def test_an_absent_device_is_refused_with_what_there_is(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(smoke_plan().as_json()), encoding="utf-8")
    refused = engine("run", str(path), "--out", str(tmp_path / "out"), "--device", "cuda:99")
    assert refused.returncode == 1
    assert "there is only: cpu" in json.loads(refused.stdout.splitlines()[-1])["message"]


def test_doctor_says_device_versions_and_data():
    report = json.loads(engine("doctor").stdout)
    assert report["device"]["device"]
    assert report["versions"]["torch"]
    assert "simulated" in json.dumps(report["data"])


@pytest.mark.slow
@pytest.mark.xdist_group("engine")
def test_killed_in_the_middle_it_goes_on_without_repeating_a_step(with_worlds, tmp_path):
    store = with_worlds(tmp_path / "store")
    path = tmp_path / "plan.json"
    plan = smoke_plan(strategies=["full_fine_tuning"])
    path.write_text(json.dumps(plan.as_json()), encoding="utf-8")
    command = [sys.executable, "-c", WITHOUT_DJANGO, "run", str(path), "--out", str(store)]
    finished = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "step_finished":
                finished.append(event["address"])
            if len(finished) == 6 and event["event"] == "step_started":
                process.send_signal(signal.SIGKILL)
                break
    rest = subprocess.run(command, capture_output=True, text=True, check=True)
    events = [json.loads(line) for line in rest.stdout.splitlines()]
    reused = [e["address"] for e in events if e["event"] == "step_finished" and e["reused"]]
    assert set(finished) <= set(reused)
    assert len(reused) <= len(finished) + 1  # one may have been finished but not yet heard of
    assert events[-1]["event"] == "run_finished"
    assert events[-1]["failed"] == 0


@pytest.mark.slow
def test_it_ends_when_its_parent_does(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(smoke_plan().as_json()), encoding="utf-8")
    words = ["run", str(path), "--out", str(tmp_path / "store"), "--follow-parent"]
    parent_code = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-m', 'benchmarks.engine', *{words!r}],"
        " stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent_code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_running(child)


def is_running(pid):
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
