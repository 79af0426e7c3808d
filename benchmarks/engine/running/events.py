"""The engine's events, written as JSON lines while it runs."""

import json
import sys
import time
from typing import Any, TextIO

from benchmarks.plan.events import Emit, LogWritten, StepProgressed

MIN_SECONDS_BETWEEN_PROGRESS = 0.5


def line_writer(stream: TextIO | None = None) -> Emit:
    """Return ``emit(event, **payload)``, which writes one JSON object per line and flushes it."""
    out = stream or sys.stdout

    def emit(event: str, **payload: Any) -> None:
        out.write(json.dumps({"event": event, **payload}) + "\n")
        out.flush()

    return emit


def silent(event: str, **payload: Any) -> None:
    """Discard an event."""


class StepProgress:
    """Progress of one step, at most two events per second, with the estimated time left."""

    def __init__(self, emit: Emit, address: str) -> None:
        self._emit = emit
        self._address = address
        self._started = time.monotonic()
        self._last = 0.0

    def warn(self, message: str) -> None:
        """Emit a warning for readers of the step's results."""
        LogWritten(level="warning", message=message).emit(self._emit)

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """Emit that ``done`` of ``total`` units are finished, unless an event was just sent."""
        now = time.monotonic()
        if done < total and now - self._last < MIN_SECONDS_BETWEEN_PROGRESS:
            return
        self._last = now
        eta = (now - self._started) / done * (total - done) if done else None
        StepProgressed(
            address=self._address, done=done, total=total, message=message, eta_seconds=eta
        ).emit(self._emit)
