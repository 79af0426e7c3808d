"""Paths of step outputs in a store, and the search for leftovers.

The engine writes outputs; pruning uses this module to find those that no run needs.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from reviewdb.common.processes import is_known_dead

STEPS, PARTIAL, DRAFTS, WORLDS = "steps", "partial", "drafts", "worlds"
DAY_SECONDS = 24 * 3600.0


def step_folder(root: Path, address: str, *, is_partial: bool = False) -> Path:
    """Return the folder of a step's outputs in a store, finished or not.

    A partial step was computed although a parent failed, so only its own run uses it.
    """
    return root / (PARTIAL if is_partial else STEPS) / address[:2] / address


def finished_steps(root: Path) -> Iterator[Path]:
    """Yield the folders of finished steps, each named after its step's address."""
    for shelf in _folders(root / STEPS):
        yield from _folders(shelf)


def leftovers(root: Path) -> Iterator[Path]:
    """Yield leftovers of killed engines: drafts, half-written domains, old partial steps.

    The name of a draft's folder contains its process. A draft of an unknown process, such as one on
    another host, counts as a leftover after a day; so do the other kinds.
    """
    for folder in _folders(root / DRAFTS):
        if is_known_dead(folder.name) or _is_old(folder):
            yield folder
    for shelf in _folders(root / PARTIAL):
        yield from filter(_is_old, _folders(shelf))
    yield from filter(_is_old, (root / WORLDS).rglob("*.part"))


def _folders(place: Path) -> list[Path]:
    try:
        return [path for path in place.iterdir() if path.is_dir()]
    except OSError:
        return []  # missing, or removed by another engine meanwhile


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > DAY_SECONDS
    except OSError:
        return False
