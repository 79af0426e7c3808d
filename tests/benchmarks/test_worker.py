"""Real worker processes, a real broker, a database file: what a kill -9 costs."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from contextlib import closing
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.broker, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
WORKER = [sys.executable, "-m", "celery", "-A", "reviewdb", "worker", "--loglevel", "INFO",
          "--without-gossip", "--without-mingle"]  # fmt: skip
PATIENCE = 60.0


@pytest.fixture(scope="module")
def migrated(tmp_path_factory) -> Path:
    """A migrated database file with one waiting run, whose message is lost; each test copies it.

    That a worker finds such a run when it starts is what every test below begins with.
    """
    place = House(tmp_path_factory.mktemp("migrated"), "")
    place.manage("migrate", "--verbosity", "0")
    place.manage("run_benchmark", "site-shift", "--profile", "smoke", "--json")
    with closing(sqlite3.connect(place.database)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return place.database


@pytest.fixture(params=["filesystem", "redis"])
def house(request, tmp_path, migrated):
    url = ""
    if request.param == "redis":
        url = os.environ.get("TEST_REDIS_URL", "")
        if not url:
            pytest.skip("TEST_REDIS_URL is not set: no Redis to carry the jobs")
    house = House(tmp_path, url)
    house.database.write_bytes(migrated.read_bytes())
    yield house
    house.close()


class House:
    """A state folder with its own database and broker, and the processes started in it."""

    def __init__(self, home: Path, broker_url: str) -> None:
        self.home = home
        self.database = home / "reviewdb.sqlite3"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("REVIEWDB_")},
            "DJANGO_SETTINGS_MODULE": "tests.benchmarks.worker_settings",
            "REVIEWDB_HOME": str(home),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "CELERY_BROKER_URL": broker_url,
            "QUEUE_OF_TEST": uuid.uuid4().hex,
            "FAKE_STEP_SECONDS": "0.04",
        }

    def manage(self, *words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def worker(self, **env: str) -> subprocess.Popen[bytes]:
        with (self.home / f"worker-{len(self.workers)}.log").open("wb") as log:
            process = subprocess.Popen(
                WORKER, cwd=ROOT, env=self.env | env, stdout=log, stderr=log, start_new_session=True
            )
        self.workers.append(process)
        return process

    def log(self, worker: subprocess.Popen[bytes]) -> str:
        return (self.home / f"worker-{self.workers.index(worker)}.log").read_text()

    def rows(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(self.database, timeout=30)) as database:
            return database.execute(query).fetchall()

    def run(self) -> tuple:
        """Return state, reason, attempt and losses of the newest run."""
        query = "SELECT state, reason, attempt, losses FROM benchmarks_run ORDER BY id DESC LIMIT 1"
        return self.rows(query)[0]

    def computed(self) -> list[str]:
        path = self.home / "engine" / "computed"
        return path.read_text().split() if path.exists() else []

    def engines(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter(["cmdline", "status"]):
            words = process.info["cmdline"] or []
            if str(self.home / "engine") in words and process.info["status"] != "zombie":
                found.append(process)
        return found

    def wait(self, claim, what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not claim():
            logs = "\n".join(p.read_text() for p in sorted(self.home.glob("worker-*.log")))
            assert time.monotonic() < until, f"waited in vain for {what}: {self.run()}\n{logs}"
            time.sleep(0.1)

    def wait_for(self, state: str) -> None:
        self.wait(lambda: self.run()[0] == state, state)

    def close(self) -> None:
        for process in self.workers:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.wait(lambda: not self.engines(), "engines to follow their workers")


def killed(process: subprocess.Popen[bytes]) -> None:
    """Kill the worker and its pool, as a power cut would; no code of theirs runs any more."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_killed_workers_run_is_finished_by_the_next_without_repeating_a_step(house):
    first = house.worker()
    house.wait(lambda: len(house.computed()) >= 4, "four steps")
    killed(first)
    house.wait(lambda: not house.engines(), "the engine to end with its worker")
    assert house.run()[0] == "running"  # nobody was left to say otherwise
    before = house.computed()

    house.worker()
    house.wait_for("succeeded")
    _, _, attempt, losses = house.run()
    assert (attempt, losses) == (2, 1)
    steps = house.rows("SELECT address, state FROM benchmarks_step")
    assert house.computed()[: len(before)] == before
    assert len(house.computed()) == len(set(house.computed())) == len(steps)
    assert {state for _, state in steps} <= {"finished", "reused"}


def test_a_killed_engine_is_started_again_by_its_worker(house):
    house.worker()
    house.wait(lambda: len(house.computed()) >= 4, "four steps")
    house.engines()[0].kill()
    house.wait_for("succeeded")
    assert house.run()[2:] == (2, 1)
    assert len(house.computed()) == len(set(house.computed()))


def test_a_killed_pool_process_loses_no_run(house):
    worker = house.worker()
    house.wait(lambda: len(house.computed()) >= 4, "four steps")
    holder = int(house.rows("SELECT worker FROM benchmarks_run")[0][0].rsplit(":", 2)[1])
    assert holder != worker.pid
    os.kill(holder, signal.SIGKILL)
    house.wait_for("succeeded")
    assert house.run()[2:] == (2, 1)


@pytest.mark.parametrize(
    ("send", "number"),
    [(os.killpg, signal.SIGINT), (os.killpg, signal.SIGTERM)],
    ids=["Ctrl-C", "end of the group"],
)
def test_a_stopped_worker_ends_soon_and_its_run_goes_on_later(house, send, number):
    first = house.worker()
    house.wait(lambda: len(house.computed()) >= 4, "four steps")
    send(first.pid, number)
    first.wait(timeout=15)
    assert house.engines() == []
    state, reason, attempt, losses = house.run()
    assert (state, attempt, losses) == ("queued", 1, 0), reason
    assert house.rows("SELECT count(*) FROM benchmarks_workerbeat") == [(0,)]

    house.worker()
    house.wait_for("succeeded")
    assert house.run()[2:] == (2, 0)
    assert len(house.computed()) == len(set(house.computed()))


def test_a_message_sent_twice_is_worked_on_once(house):
    run = 1
    code = f"import django; django.setup(); from benchmarks.tasks import run_send; run_send({run})"
    subprocess.run([sys.executable, "-c", f"{code}; run_send({run})"], cwd=ROOT, env=house.env)
    worker = house.worker()
    house.wait_for("succeeded")
    house.wait(lambda: house.log(worker).count("not waiting for a worker") == 2, "the doubles")
    assert house.run()[2:] == (1, 0)


def test_a_running_run_is_cancelled_within_5_seconds(house):
    run = 1
    house.worker(FAKE_STUBBORN="1", FAKE_SILENT="60")
    house.wait(lambda: (house.home / "engine" / "pids").exists(), "a stubborn engine")
    code = (
        "import django; django.setup(); from benchmarks.services.runs import run_cancel; "
        "from reviewdb.common.web.permissions import OPERATOR; "
        f"run_cancel(run_id={run}, user=OPERATOR)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=house.env, check=True)
    asked = time.monotonic()
    house.wait_for("cancelled")
    assert time.monotonic() - asked < 5
    pids = [int(pid) for pid in (house.home / "engine" / "pids").read_text().split()]
    assert not [pid for pid in pids if psutil.pid_exists(pid) and _lives(pid)]


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_waiting_command_leaves_the_work_to_a_live_worker(house):
    house.worker()
    beats = "SELECT count(*) FROM benchmarks_workerbeat"
    house.wait(lambda: house.rows(beats) == [(1,)], "a worker that beats")
    said = house.manage("run_benchmark", "site-shift", "--profile", "smoke", "--wait", "--json")
    answer = json.loads(said)
    assert (answer["run"], answer["state"]) == (2, "succeeded")
    count = house.rows("SELECT count(*) FROM benchmarks_result WHERE run_id = 2")[0][0]
    assert len(answer["results"]) == count > 0
    holder = house.rows("SELECT worker FROM benchmarks_run WHERE id = 2")[0][0].rsplit(":", 2)[1]
    assert int(holder) in [p.pid for p in psutil.Process(house.workers[0].pid).children()]
