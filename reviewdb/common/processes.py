"""Which process holds something, and does it still live; pure, asked by attempts and workers."""

import os
import socket

import psutil


def process_name() -> str:
    """Return ``host:pid:start`` of this process; the start tells a reused pid from the first."""
    return f"{socket.gethostname()}:{os.getpid()}:{psutil.Process().create_time():.2f}"


def is_known_dead(name: str) -> bool:
    """Return whether the process ran on this host and is gone; False where nobody can know."""
    host, pid, started = [*name.rsplit(":", 2), "", ""][:3]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        process = psutil.Process(int(pid))
        if process.status() == psutil.STATUS_ZOMBIE:
            return True
        return f"{process.create_time():.2f}" != started
    except psutil.NoSuchProcess:
        return True
