"""Time and peak memory of a function in a process of its own."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch


@dataclass(frozen=True)
class Alone:
    """Result, seconds, and peak memory in bytes beyond imports and inputs."""

    found: Any
    seconds: float
    peak_bytes: int


def measured_alone(
    prepare: Callable[..., tuple[Any, ...]], work: Callable[..., Any], *arguments: object
) -> Alone:
    """Return the measurement of ``work(*prepare(*arguments))`` in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, torch.get_num_threads(), prepare, work, arguments).result()


def _measured(
    threads: int,
    prepare: Callable[..., tuple[Any, ...]],
    work: Callable[..., Any],
    arguments: tuple[object, ...],
) -> Alone:
    torch.set_num_threads(threads)
    prepared = prepare(*arguments)
    before = _memory("VmRSS")
    started = time.perf_counter()
    found = work(*prepared)
    seconds = time.perf_counter() - started
    return Alone(found, seconds, max(0, _memory("VmHWM") - before))


def _memory(name: str) -> int:
    """Return one of this process's memory figures, in bytes.

    ``ru_maxrss`` is not used: on Linux children inherit it, so that their peak is the parent's.
    """
    status = Path("/proc/self/status").read_text("utf-8")
    found = re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"/proc/self/status has no {name}")
    return int(found[1]) * 1024
