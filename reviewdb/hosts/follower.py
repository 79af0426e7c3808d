"""`python -m reviewdb.hosts.follower PID MODULE ...`: runs a module until process PID ends.

`serve` starts the web server and the worker with it, so that they end however `serve` is killed.
"""

import os
import runpy
import signal
import sys
import time

from reviewdb.common.processes import follow

STOP_SECONDS = 15


def main() -> None:
    """Run the module in this process, with new files readable by the owner only."""
    parent, module, *_ = sys.argv[1:]
    os.umask(0o077)
    follow(int(parent), leave)
    sys.argv[:] = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def leave() -> None:
    """Send this process the signal to stop, then end its whole group."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
