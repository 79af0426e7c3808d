"""Which process holds something, does it still live, and who follows whom; pure."""

import ctypes
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable

import psutil

CHECK_SECONDS = 0.5
ORPHANED = 3
"""The exit code of a process that ended since its parent had."""
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def process_name(pid: int | None = None) -> str:
    """Return ``host:pid:start`` of a process, by default this one.

    The start tells a reused pid from the first. Raises psutil.NoSuchProcess.
    """
    process = psutil.Process(pid)
    return f"{socket.gethostname()}:{process.pid}:{process.create_time():.2f}"


def is_known_dead(name: str) -> bool:
    """Return whether the process ran on this host and is gone; False where nobody can know."""
    return _is_of_this_host(name) and living(name) is None


def living(name: str) -> psutil.Process | None:
    """Return the process of this host that is so named and still lives."""
    if not _is_of_this_host(name):
        return None
    _, pid, started = name.rsplit(":", 2)
    try:
        process = psutil.Process(int(pid))
        is_same = f"{process.create_time():.2f}" == started
        return process if is_same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _is_of_this_host(name: str) -> bool:
    host, pid, _ = [*name.rsplit(":", 2), "", ""][:3]
    return host == socket.gethostname() and pid.isdigit()


def follow(parent: int, farewell: Callable[[], None]) -> None:
    """Call ``farewell`` in a thread of its own as soon as this process has another parent."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_SECONDS)
        farewell()

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()


def end_with(parent: int) -> None:
    """End this process at once when its parent ends, however that ends.

    Linux does it by itself, also while a computation lets no other thread run; elsewhere a thread
    looks twice a second.
    """
    _signal_at_end_of_parent(signal.SIGKILL)
    follow(parent, lambda: os._exit(ORPHANED))


def stop_with(parent: int) -> None:
    """Ask this process to stop when its parent ends, however that ends."""
    if _signal_at_end_of_parent(signal.SIGTERM):
        if os.getppid() != parent:  # it had ended before anybody looked
            os.kill(os.getpid(), signal.SIGTERM)
    else:
        follow(parent, lambda: os.kill(os.getpid(), signal.SIGTERM))


def _signal_at_end_of_parent(number: signal.Signals) -> bool:
    """Return whether the system promises this signal; only Linux does."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number) == 0)
