"""The engine as a child process in a group of its own, with non-blocking output and a sure end."""

import logging
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import psutil

log = logging.getLogger(__name__)

GRACE_SECONDS = 3.0
KILL_SECONDS = 1.5
CHUNK = 1 << 16


class EngineChild:
    """A started engine. Leaving the ``with`` block ends its whole process group."""

    def __init__(self, command: Sequence[str], *, folder: Path, log_path: Path) -> None:
        with log_path.open("ab") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - the command comes from settings
                list(command),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # its own group: one signal reaches all its processes
                umask=0o077,  # only this account may read its files
            )
        if self._process.stdout is None:
            message = "the engine has no standard output"
            raise RuntimeError(message)
        self._fd = self._process.stdout.fileno()
        os.set_blocking(self._fd, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._fd, selectors.EVENT_READ)
        self._rest = b""
        self._is_closed = False

    def __enter__(self) -> "EngineChild":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Return the process id, which is also its group's."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Return the exit code, negative for a signal; None while the engine runs."""
        return self._process.poll()

    def lines(self, wait_seconds: float) -> list[str]:
        """Return the complete lines written within ``wait_seconds``, possibly none."""
        if self._is_closed:
            return []
        if not self._selector.select(wait_seconds):
            return []
        chunk = os.read(self._fd, CHUNK)
        if not chunk:
            self._is_closed = True
            chunk = b"\n" if self._rest else b""
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        return [line.decode(errors="replace") for line in whole if line.strip()]

    def has_ended(self, *, wait_seconds: float) -> bool:
        """Return whether the engine exited and all its output was read."""
        if self._is_closed:
            try:
                self._process.wait(wait_seconds)
            except subprocess.TimeoutExpired:
                return False
            return True
        # A grandchild may keep the pipe open. Then the output ends when the engine has exited and
        # nothing is left to read.
        return self.exit_code is not None and not self._selector.select(0)

    def stop(self) -> None:
        """End the process group, by SIGTERM and after 3 s by SIGKILL; return when it is empty."""
        for number, seconds in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
            if not self._signal(number) or self._wait_gone(seconds):
                break
        else:
            log.error("processes of engine group %s are still there after SIGKILL", self.pid)
        self._selector.close()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _signal(self, number: signal.Signals) -> bool:
        self._process.poll()
        if not self._members():
            return False
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return False
        return True

    def _wait_gone(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._process.poll()  # a child that was not waited for stays as a zombie
            if not self._members():
                return True
            time.sleep(0.05)
        return False

    def _members(self) -> list[int]:
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return []
        return [process.pid for process in psutil.process_iter() if _is_member(process, self.pid)]


def end_leftovers(plan: Path) -> None:
    """End engines of earlier attempts at this plan file, left behind by a dead worker."""
    for process in psutil.process_iter():
        try:
            arguments = process.cmdline()
            is_ours = str(plan) in arguments and "--follow-parent" in arguments
            if is_ours and os.getpgid(process.pid) == process.pid:
                log.warning("ending engine %s, left over from an earlier attempt", process.pid)
                os.killpg(process.pid, signal.SIGKILL)
        except (psutil.Error, ProcessLookupError):
            continue  # it has ended, or another account owns it


def _is_member(process: psutil.Process, group: int) -> bool:
    try:
        return os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False
