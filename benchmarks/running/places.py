"""Where a host keeps what runs need and leave: a folder a run, one store of steps for all."""

import shutil
from pathlib import Path

from django.conf import settings

RUNS, ENGINE = "runs", "engine"


def run_folder(run_id: int) -> Path:
    """Return the folder of a run's plan and of what its engines wrote on standard error."""
    return Path(settings.REVIEWDB_HOME, RUNS, str(run_id))


def run_folders() -> dict[int, Path]:
    """Return the folders that are there, by the id of their run."""
    place = Path(settings.REVIEWDB_HOME, RUNS)
    found = place.iterdir() if place.is_dir() else ()
    return {int(path.name): path for path in found if path.name.isdecimal()}


def engine_store() -> Path:
    """Return the folder in which engines keep finished steps."""
    return Path(settings.REVIEWDB_HOME, ENGINE)


def size_of(path: Path) -> int:
    """Return how many bytes a file, or the files of a folder, hold; 0 for what is not there."""
    try:
        if not path.is_dir():
            return path.lstat().st_size
        return sum(found.lstat().st_size for found in path.rglob("*") if not found.is_dir())
    except OSError:
        return 0  # removed by somebody else a moment ago


def remove(path: Path) -> None:
    """Remove a file or a folder; what is not there, or not ours, is left."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
