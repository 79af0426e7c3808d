"""Finds the folders of real data sets on this machine, below REVIEWDB_DATASETS."""

import os
from collections.abc import Iterable
from pathlib import Path

VARIABLE = "REVIEWDB_DATASETS"


def datasets_root() -> Path | None:
    """Return the root, or None if the variable is not set.

    Raises NotADirectoryError if it is not a folder.
    """
    raw = os.environ.get(VARIABLE, "").strip()
    if not raw:
        return None
    root = Path(raw).expanduser()
    if not root.is_dir():
        raise NotADirectoryError(
            f"{VARIABLE} is {raw!r}, which is not a folder; correct or unset it"
        )
    return root


def folder_of(name: str) -> Path | None:
    """Return the data set's folder, or None if it is not on this machine."""
    root = datasets_root()
    if root is None or not (root / name).is_dir():
        return None
    return root / name


def datasets_here(names: Iterable[str]) -> tuple[str, ...]:
    """Return the data sets whose folders are on this machine, without reading the content.

    Raises NotADirectoryError if the variable is not a folder.
    """
    return tuple(name for name in names if folder_of(name) is not None)


def absence(name: str) -> str:
    """Return why the data set is missing on this machine, and the remedy."""
    root = datasets_root()
    if root is None:
        return f"{VARIABLE} is not set; set it to the folder that holds {name!r}"
    return f"there is no folder {name!r} below {VARIABLE} ({root})"
