"""Paths below the state folder: one folder per run, and one store of step outputs for all runs."""

import shutil
from pathlib import Path

from django.conf import settings

RUNS, ENGINE = "runs", "engine"


def run_folder(run_id: int) -> Path:
    """Return the folder of a run's plan and of its engines' standard error."""
    return Path(settings.REVIEWDB_HOME, RUNS, str(run_id))


def run_folders() -> dict[int, Path]:
    """Return the existing run folders, by run id."""
    place = Path(settings.REVIEWDB_HOME, RUNS)
    found = place.iterdir() if place.is_dir() else ()
    return {int(path.name): path for path in found if path.name.isdecimal()}


def engine_store() -> Path:
    """Return the folder in which engines keep finished steps."""
    return Path(settings.REVIEWDB_HOME, ENGINE)


def size_of(path: Path) -> int:
    """Return the bytes in a file or in all files of a folder; 0 if it does not exist."""
    try:
        if not path.is_dir():
            return path.lstat().st_size
        return sum(found.lstat().st_size for found in path.rglob("*") if not found.is_dir())
    except OSError:
        return 0  # another process removed it meanwhile


def remove(path: Path) -> None:
    """Remove a file or folder; one that is missing or belongs to another account is skipped."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
