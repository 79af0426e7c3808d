"""Where outputs of steps lie in a store, and what there is left over; pure.

The engine writes them; whoever deletes runs finds here what no run needs any more.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from reviewdb.common.processes import is_known_dead

STEPS, PARTIAL, DRAFTS, WORLDS = "steps", "partial", "drafts", "worlds"
DAY_SECONDS = 24 * 3600.0


def step_folder(root: Path, address: str, *, is_partial: bool = False) -> Path:
    """Return where a step's outputs are in a store, finished or not.

    A partial step was made although a parent failed: it serves one run and no other.
    """
    return root / (PARTIAL if is_partial else STEPS) / address[:2] / address


def finished_steps(root: Path) -> Iterator[Path]:
    """Yield the folders of finished steps, each named after its step's address."""
    for shelf in _folders(root / STEPS):
        yield from _folders(shelf)


def leftovers(root: Path) -> Iterator[Path]:
    """Yield what killed engines left behind: drafts, half-written domains, old partial steps.

    A draft belongs to the process that its folder is named after; one whose process nobody here
    can know, on another host say, counts as left behind after a day, and so does the rest.
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
        return []  # not there, or removed by another engine a moment ago


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > DAY_SECONDS
    except OSError:
        return False
