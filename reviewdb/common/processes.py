"""Names processes, checks whether they live, and ends children with their parents; pure."""

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
"""Exit code of a process that ended because its parent had ended."""
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def process_name(pid: int | None = None) -> str:
    """Return ``host:pid:start`` of a process, by default this one.

    The start distinguishes a reused pid. Raises psutil.NoSuchProcess.
    """
    process = psutil.Process(pid)
    return f"{socket.gethostname()}:{process.pid}:{process.create_time():.2f}"


def is_known_dead(name: str) -> bool:
    """Return whether the process ran on this host and is gone; False where nobody can know."""
    return _is_of_this_host(name) and living(name) is None


def living(name: str) -> psutil.Process | None:
    """Return this host's living process of that name."""
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


def follow(parent: int, on_parent_end: Callable[[], None]) -> None:
    """Call ``on_parent_end`` in a thread of its own as soon as this process has another parent."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_SECONDS)
        on_parent_end()

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()


def end_with(parent: int) -> None:
    """End this process at once when its parent ends, however that ends.

    Linux does it by itself, also while a computation lets no other thread run; elsewhere a thread
    checks twice a second.
    """
    _signal_at_end_of_parent(signal.SIGKILL)
    follow(parent, lambda: os._exit(ORPHANED))


def stop_with(parent: int) -> None:
    """Ask this process to stop when its parent ends, however that ends."""
    if _signal_at_end_of_parent(signal.SIGTERM):
        if os.getppid() != parent:  # the parent had ended before the signal was requested
            os.kill(os.getpid(), signal.SIGTERM)
    else:
        follow(parent, lambda: os.kill(os.getpid(), signal.SIGTERM))


def _signal_at_end_of_parent(number: signal.Signals) -> bool:
    """Return whether the system promises this signal; only Linux does."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number) == 0)
