"""`manage.py serve`, which `make run` calls: one command up, one Ctrl-C down."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from reviewdb.management.commands.serve import Command

ROOT = Path(__file__).resolve().parents[2]


def serve(home, port, **more):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE", "CELERY"))}
    environment |= {"REVIEWDB_HOME": str(home), "PORT": str(port), "PYTHONUNBUFFERED": "1", **more}
    environment["DJANGO_SETTINGS_MODULE"] = "reviewdb.settings"
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.broker
def test_from_an_empty_folder_to_an_answer_and_down_again(tmp_path):
    process = serve(tmp_path / "home", free_port())
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C stops it" in line:
            break
    text = "".join(lines)
    address = re.search(r"running at (\S+)", text)[1]
    link = re.search(r"Sign in once with\s+(\S+)", text)[1]
    assert b"129" in urlopen(address, timeout=20).read()
    assert urlopen(link, timeout=20).status == 200
    assert b'"site-shift"' in urlopen(f"{address}api/v1/runs/", timeout=20).read()
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(signal.SIGINT)
    process.wait(40)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
    assert process.returncode == 0
    assert "Traceback" not in text + process.stdout.read()


def test_a_taken_port_is_said_plainly(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = serve(tmp_path / "home", port)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"port {port} on 127.0.0.1 is taken" in said
    assert "PORT=" in said
    assert "Traceback" not in said


def test_a_wrong_port_names_the_variable(tmp_path):
    process = serve(tmp_path / "home", "http")
    said, _ = process.communicate(timeout=60)
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
