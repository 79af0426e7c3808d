"""A fault of the machine ends the engine's run in words; what was finished before stays."""

import errno
import json
import os
import socket
import subprocess
import sys
import time

import pytest
import torch

from benchmarks.engine.errors import MachineFaultError
from benchmarks.engine.running import lanes
from benchmarks.engine.running.device import choose_compute
from benchmarks.engine.running.run import run_plan
from benchmarks.engine.running.store import sweep_leftovers
from tests.engine.conftest import RecordedEvents, smoke_plan


@pytest.fixture
def plan():
    return smoke_plan(strategies=["deep_coral"])


def run_where(work, plan, store, monkeypatch):
    """Return what a run says whose steps all do ``work`` instead of their own."""
    monkeypatch.setattr(lanes, "work_for", lambda kind: work)
    said = RecordedEvents()
    try:
        run_plan(plan, store, choose_compute("cpu"), said)
    except MachineFaultError as error:
        said("error", message=str(error))
    return said


class FailsAt:
    """Work that saves a tensor a step, and meets ``error`` at one."""

    def __init__(self, position, error):
        self.left, self.error = position, error

    def __call__(self, context):
        self.left -= 1
        if self.left == 0:
            raise self.error
        torch.save({"weights": torch.zeros(10)}, context.folder / "weights.pt")
        return {"results": [], "artifacts": []}


def test_a_full_disk_ends_the_run_and_costs_no_finished_step(plan, tmp_path, monkeypatch):
    full = OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "weights.pt"))
    said = run_where(FailsAt(4, full), plan, tmp_path, monkeypatch)
    assert said.of("error")[0]["message"].startswith("the disk is full: free some space")
    assert len(said.of("step_finished")) == 3
    assert len(said.of("step_failed")) == 1
    assert not said.of("step_skipped", "run_finished", "result")

    again = run_where(FailsAt(-1, full), plan, tmp_path, monkeypatch)
    assert sum(step["reused"] for step in again.of("step_finished")) == 3
    assert len(again.of("step_finished")) == len(plan.steps)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("weights must be finite"),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
    ],
)
def test_a_fault_of_one_step_does_not_end_the_run(plan, tmp_path, monkeypatch, error):
    said = run_where(FailsAt(4, error), plan, tmp_path, monkeypatch)
    assert len(said.of("step_failed")) == 1
    assert said.of("run_finished")


LIMITED = """
import resource, sys
from pathlib import Path
import torch
from reviewdb.common.machine_faults import machine_fault
folder = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    torch.save({"weights": torch.zeros(100_000)}, folder / "weights.pt")
except RuntimeError as error:
    print(machine_fault(error, folder))
"""


def test_a_real_write_of_torch_that_fails_is_told_in_words(tmp_path):
    said = subprocess.check_output([sys.executable, "-c", LIMITED, str(tmp_path)], text=True)
    assert said.startswith("a file grew beyond the size allowed here")


def test_the_engine_exits_with_5_where_its_store_cannot_be_written(plan, tmp_path):
    (tmp_path / "plan.json").write_text(json.dumps(plan.as_json()))
    store = tmp_path / "store"
    command = f"""
import errno, os, sys
from pathlib import Path
import benchmarks.engine.running.run as run
def full(root): raise OSError(errno.ENOSPC, "No space left on device", str(root))
run.sweep_leftovers = full
from benchmarks.engine.__main__ import main
sys.exit(main(["run", {str(tmp_path / "plan.json")!r}, "--out", {str(store)!r}]))
"""
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert done.returncode == 5
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["message"].startswith("the disk is full")
    assert str(tmp_path) not in done.stdout


def test_drafts_of_dead_processes_are_swept_and_those_of_living_ones_stay(plan, tmp_path):
    dead = tmp_path / "drafts" / f"{socket.gethostname()}:999999999:1.00" / "abc-1"
    elsewhere = tmp_path / "drafts" / "another-host:5:1.00" / "abc-2"
    ours = tmp_path / "drafts" / lanes.Store(tmp_path)._drafts.name / "abc-3"
    forgotten = tmp_path / "drafts" / "0123456789ab-x_y"  # as engines before named theirs
    half = tmp_path / "partial" / "ab" / "abc"
    for folder in (dead, elsewhere, ours, forgotten, half):
        folder.mkdir(parents=True)
    for folder in (forgotten, half):
        os.utime(folder, (time.time() - 90_000,) * 2)
    sweep_leftovers(tmp_path)
    assert [folder.exists() for folder in (dead, forgotten, half)] == [False] * 3
    assert elsewhere.exists()
    assert ours.exists()
