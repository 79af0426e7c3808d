"""Time from a fresh clone to a reproduced result: `make run` in an empty environment."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.speed.report import ROOT, Measurement, progress, table

PATIENCE_SECONDS = 40 * 60
PHASES = (
    (r"Installing torch", "create the environment"),
    (r"Installing requirements", "install torch"),
    (r"Preparing the database", "install the other requirements"),
    (r"Loading the review", "prepare the database"),
    (r"Queued the quick benchmark", "load the review of 129 studies"),
    (r"ReviewDB is running", "start web and worker, first answer"),
)


def measure_first_light() -> Measurement:
    """Return the seconds of each part of the first `make run` in an empty clone."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "reviewdb"
        _git_clone(clone)
        marks, rows = _run(clone)
        steps = _steps(clone)
    starts = [0.0, *(marks[name] for _, name in PHASES if name in marks)]
    names = [name for _, name in PHASES if name in marks]
    parts = [
        (name, f"{end - start:.1f}")
        for name, start, end in zip(names, starts, starts[1:], strict=False)
    ]
    parts.append(("**the address answers after**", f"**{starts[-1]:.0f}**"))
    parts.append(("first result on the API after", f"{marks['first result']:.0f}"))
    parts.append(("quick benchmark finished after", f"{marks['finished']:.0f}"))
    text = (
        "A fresh clone in an empty folder with an empty environment, embedded defaults, "
        f"`make run`; {rows} result rows at the end. Seconds:\n\n"
        + table(("part", "seconds"), parts)
    )
    text += "\n\nWhere the quick benchmark's time went, by kind of step:\n\n" + steps
    return Measurement("first-light", "First light: from a clone to a result", text)


def _steps(clone: Path) -> str:
    """Return a table of steps' seconds from the clone's database, by kind, fits by strategy."""
    query = "SELECT kind, label, wall_seconds FROM benchmarks_step WHERE wall_seconds IS NOT NULL"
    with closing(sqlite3.connect(clone / "var" / "reviewdb.sqlite3")) as database:
        found = database.execute(query).fetchall()
    spent: dict[str, list[float]] = defaultdict(list)
    for kind, label, seconds in found:
        spent[kind].append(seconds)
        if kind == "fit":
            spent[f"fit: {label.split(': ')[1].split(',')[0]}"].append(seconds)
    total = sum(seconds for _, _, seconds in found)
    return table(
        ("kind of step", "steps", "seconds each", "seconds", "share"),
        [
            (kind, len(s), f"{sum(s) / len(s):.2f}", f"{sum(s):.0f}", f"{sum(s) / total:.0%}")
            for kind, s in sorted(spent.items())
        ],
    )


def _git_clone(clone: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S603, S607 - fixed words


def _run(clone: Path) -> tuple[dict[str, float], int]:
    marks: dict[str, float] = {}
    started = time.monotonic()
    with _make_run(clone) as (process, port):
        Thread(target=_follow, args=(process, marks, started), daemon=True).start()
        address = f"http://127.0.0.1:{port}/api/v1"
        while "finished" not in marks:
            if process.poll() is not None or time.monotonic() - started > PATIENCE_SECONDS:
                raise RuntimeError("make run ended or took too long; its output is above")
            time.sleep(1)
            runs, results = _get(f"{address}/runs/"), _get(f"{address}/results/")
            if results and "first result" not in marks:
                marks["first result"] = time.monotonic() - started
            if runs and runs[0]["state"] not in {"queued", "running"}:
                marks["finished"] = time.monotonic() - started
                progress(f"  run {runs[0]['state']}: {runs[0]['reason']}")
        return marks, len(_get(f"{address}/results/?page_size=200"))


@contextmanager
def _make_run(clone: Path) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("REVIEWDB_", "CELERY_", "DJANGO_", "MAKE", "MFLAGS", "VIRTUAL_ENV"))
        and name != "DATABASE_URL"
    }
    process = subprocess.Popen(
        ["make", "run"],  # noqa: S607 - what a newcomer types
        cwd=clone,
        env={**environment, "PORT": str(port), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process, port
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


def _follow(process: "subprocess.Popen[str]", marks: dict[str, float], started: float) -> None:
    for line in process.stdout or ():
        progress(f"  {time.monotonic() - started:6.1f}  {line.rstrip()}")
        for pattern, name in PHASES:
            if re.search(pattern, line):
                marks.setdefault(name, time.monotonic() - started)


def _get(address: str) -> list[dict[str, Any]]:
    try:
        with urlopen(address, timeout=10) as answer:  # noqa: S310 - our own http address
            rows: list[dict[str, Any]] = json.load(answer)["results"]
            return rows
    except (URLError, ConnectionError, TimeoutError):
        return []
