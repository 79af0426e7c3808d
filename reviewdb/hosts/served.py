"""Records the processes that `serve` started, so that the next start can end them after a kill."""

import json
import signal
from collections.abc import Mapping
from pathlib import Path

import psutil

from reviewdb.common.processes import living, process_name

FILE = "served.json"
SERVE = "serve"
STOP_SECONDS = 15


def record(home: Path, pids: Mapping[str, int]) -> None:
    """Record the processes that serve this state folder, by their role."""
    text = json.dumps({what: process_name(pid) for what, pid in pids.items()})
    (home / FILE).write_text(text, encoding="utf-8")


def clear(home: Path) -> None:
    """Delete the record of processes that serve this state folder."""
    (home / FILE).unlink(missing_ok=True)


def serving(home: Path) -> int | None:
    """Return the process id of a live `serve` of this folder on this host, else None."""
    process = living(_read(home).get(SERVE, ""))
    return process.pid if process else None


def end_left_behind(home: Path) -> list[str]:
    """End the processes left behind by a killed `serve`; return their roles."""
    found = {what: living(name) for what, name in _read(home).items() if what != SERVE}
    left = {what: process for what, process in found.items() if process is not None}
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in left.values():
            _send(process, number)
        psutil.wait_procs(list(left.values()), timeout=STOP_SECONDS)
    return list(left)


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return  # it has already ended


def _read(home: Path) -> dict[str, str]:
    try:
        written = json.loads((home / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(what): str(name) for what, name in written.items()}
