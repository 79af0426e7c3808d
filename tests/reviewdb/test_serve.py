"""`manage.py serve`, which `make run` calls: one command up, one Ctrl-C down."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from urllib.request import urlopen

import psutil
import pytest

from reviewdb.management.commands.serve import Command, public_address, wait_for

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 200
"""Seconds; on a busy machine a start takes a minute. Nothing here waits longer than it must."""


@pytest.fixture
def serve():
    """Return a function that starts `serve`; what it started ends with the test, come what may."""
    started = []

    def start(home, port):
        own = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE", "CELERY"))}
        own |= {"REVIEWDB_HOME": str(home), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
        own["DJANGO_SETTINGS_MODULE"] = "reviewdb.settings"
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=own,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            for child in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            process.kill()
        process.communicate()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.broker
def test_from_an_empty_folder_to_an_answer_and_down_again(tmp_path, serve):
    process = serve(tmp_path / "home", free_port())
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C stops it" in line:
            break
    text = "".join(lines)
    address = re.search(r"running at (\S+)", text)[1]
    link = re.search(r"Sign in once with\s+(\S+)", text)[1]
    assert b"129" in urlopen(address, timeout=PATIENCE).read()
    assert urlopen(link, timeout=PATIENCE).status == 200
    assert b'"site-shift"' in urlopen(f"{address}api/v1/runs/", timeout=PATIENCE).read()
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(signal.SIGINT)
    process.wait(PATIENCE)
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert not alive
    assert process.returncode == 0
    assert "Traceback" not in text + process.stdout.read()


def said_until(process, words):
    lines = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return "".join(lines)
    pytest.fail(f"it ended without saying {words!r}: {''.join(lines)}")


def family(process):
    """Return web, worker, their processes and the engine, once the engine is at work."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        children = psutil.Process(process.pid).children(recursive=True)
        if any("benchmarks.engine" in " ".join(child.cmdline()) for child in children):
            return children
        time.sleep(0.1)
    pytest.fail("no engine was started")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A state folder that the tests below serve one after the other: only the first prepares it."""
    return tmp_path_factory.mktemp("served") / "home"


def assert_gone(processes):
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE)
    assert not alive


@pytest.mark.broker
@pytest.mark.slow
@pytest.mark.xdist_group("serve")
def test_a_folder_is_served_once_and_the_end_of_the_terminal_stops_it(home, serve):
    first = serve(home, free_port())
    said_until(first, "Ctrl-C stops it")
    children = family(first)
    second = serve(home, free_port())
    said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 1
    assert f"ReviewDB already runs on this state folder, as process {first.pid}" in said
    first.send_signal(signal.SIGHUP)
    first.communicate(timeout=PATIENCE)
    assert first.returncode == 0
    assert_gone(children)


@pytest.mark.broker
@pytest.mark.slow
@pytest.mark.xdist_group("serve")
def test_a_killed_serve_takes_its_children_along_and_the_next_one_starts(home, serve):
    port = free_port()
    first = serve(home, port)
    said_until(first, "Ctrl-C stops it")
    children = family(first)
    first.kill()
    first.communicate(timeout=PATIENCE)

    second = serve(home, port)
    said_until(second, "Ctrl-C stops it")
    assert_gone(children)
    children = psutil.Process(second.pid).children(recursive=True)
    for head in psutil.Process(second.pid).children():
        head.kill()  # web and worker themselves, without a word to their own processes
    said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 1
    assert "ended by itself" in said
    assert_gone(children)


def test_a_taken_port_is_said_plainly(tmp_path, serve):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = serve(tmp_path / "home", port)
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert f"port {port} on 127.0.0.1 is taken" in said
    assert "PORT=" in said
    assert "Traceback" not in said


def test_a_wrong_port_names_the_variable(tmp_path, serve):
    process = serve(tmp_path / "home", "http")
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "PORT must be a whole number" in said
    assert "Traceback" not in said


def test_the_local_owner_alone_becomes_owner_of_the_bundled_review(review, django_user_model):
    other = django_user_model.objects.create_user("ann")
    Command().ensure_owner()
    owner = Command().ensure_owner()
    assert [(row.user, row.role) for row in review.memberships.all()] == [(owner, "owner")]
    assert review.changes.filter(kind="membership").count() == 1
    assert not review.memberships.filter(user=other).exists()


def test_behind_a_proxy_that_speaks_tls_links_lead_to_the_public_name(settings):
    assert public_address("http://127.0.0.1:8000") == "http://127.0.0.1:8000"
    settings.REVIEWDB_HTTPS, settings.ALLOWED_HOSTS = True, ["reviews.example.org", "localhost"]
    assert public_address("http://127.0.0.1:8000") == "https://reviews.example.org"


@pytest.mark.parametrize("has_tls", [True, False])
def test_the_start_is_looked_for_as_the_proxy_asks(settings, monkeypatch, has_tls):
    settings.REVIEWDB_HTTPS, settings.ALLOWED_HOSTS = has_tls, ["*", "reviews.example.org"]
    asked = []

    def answer(request, timeout):
        asked.append((request.get_header("Host"), request.get_header("X-forwarded-proto")))
        return BytesIO()

    monkeypatch.setattr("reviewdb.management.commands.serve.urlopen", answer)
    wait_for("http://127.0.0.1:1/", SimpleNamespace(poll=lambda: None))
    assert asked == [("reviews.example.org", "https" if has_tls else None)]
