"""Several steps at once: the same numbers, and a lane that dies costs no finished step."""

import json
import os
import subprocess
import sys

import psutil
import pytest

from benchmarks.plan.build import build_plan, request_spec

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("engine")]


@pytest.fixture
def plan_file(with_worlds, tmp_path):
    for lanes in (1, 2):
        with_worlds(tmp_path / f"store-{lanes}")
    spec = request_spec(
        benchmark="task-shift", profile="smoke", strategies=["frozen_encoder"], seeds=1
    )
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(build_plan(spec).as_json()), encoding="utf-8")
    return path


def start(plan_file, lanes):
    words = ["run", str(plan_file), "--out", str(plan_file.parent / f"store-{lanes}")]
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.engine", *words, "--lanes", str(lanes)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},  # sums in one order, however many lanes
    )


def events_of(engine):
    with engine:
        return [json.loads(line) for line in engine.stdout]


def results(events):
    rows = [event["row"] for event in events if event["event"] == "result"]
    return sorted(json.dumps({**row, "detail": {**row["detail"], "cost": None}}) for row in rows)


def test_two_lanes_find_what_one_finds_and_tell_their_progress(plan_file):
    two = events_of(start(plan_file, 2))
    assert two[-1]["event"] == "run_finished"
    about = next(event for event in two if event["event"] == "run_started")["provenance"]
    assert (about["lanes"], about["device"]["threads"]) == (2, 1)
    assert {event["event"] for event in two} >= {"step_progress", "step_finished"}
    assert results(two) == results(events_of(start(plan_file, 1)))


def test_a_lane_killed_with_9_ends_the_engine_and_the_next_one_goes_on(plan_file):
    engine = start(plan_file, 2)
    finished = []
    for line in engine.stdout:
        event = json.loads(line)
        if event["event"] == "step_finished":
            finished.append(event["address"])
        if event["event"] == "step_started" and event["kind"] == "fit":
            next(
                child
                for child in psutil.Process(engine.pid).children()
                if "spawn_main" in " ".join(child.cmdline())
            ).kill()
            break
    last = events_of(engine)[-1]
    assert engine.returncode == 4
    assert "a lane of the run died" in last["message"]
    again = events_of(start(plan_file, 2))
    assert again[-1]["event"] == "run_finished"
    reused = {event["address"] for event in again if event.get("reused")}
    assert reused >= set(finished)
