"""Which processes `serve` started in a state folder, for the next one should this be killed."""

import json
import signal
from collections.abc import Mapping
from pathlib import Path

import psutil

from reviewdb.common.processes import living, process_name

FILE = "served.json"
SERVE = "serve"
STOP_SECONDS = 15


def write_down(home: Path, pids: Mapping[str, int]) -> None:
    """Write which processes serve this state folder, by what they do."""
    text = json.dumps({what: process_name(pid) for what, pid in pids.items()})
    (home / FILE).write_text(text, encoding="utf-8")


def forget(home: Path) -> None:
    """Say that nothing serves this state folder."""
    (home / FILE).unlink(missing_ok=True)


def serving(home: Path) -> int | None:
    """Return the process id of a `serve` that is at work in this folder on this host."""
    process = living(_read(home).get(SERVE, ""))
    return process.pid if process else None


def end_left_behind(home: Path) -> list[str]:
    """Return which processes of a killed `serve` were still there; they are ended now."""
    found = {what: living(name) for what, name in _read(home).items() if what != SERVE}
    left = {what: process for what, process in found.items() if process is not None}
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in left.values():
            _tell(process, number)
        psutil.wait_procs(list(left.values()), timeout=STOP_SECONDS)
    return list(left)


def _tell(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return  # it followed by itself


def _read(home: Path) -> dict[str, str]:
    try:
        written = json.loads((home / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(what): str(name) for what, name in written.items()}
