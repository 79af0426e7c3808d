"""Where real data sets lie on this machine: one folder each below REVIEWDB_DATASETS."""

import os
from pathlib import Path

from benchmarks.engine.domains.errors import DomainError

VARIABLE = "REVIEWDB_DATASETS"


def datasets_root() -> Path | None:
    """Return the root, or None where the variable is not set; raises where it is no folder."""
    raw = os.environ.get(VARIABLE, "").strip()
    if not raw:
        return None
    root = Path(raw).expanduser()
    if not root.is_dir():
        raise DomainError(
            "world", f"{VARIABLE} is {raw!r}, which is no folder; correct or unset it"
        )
    return root


def folder_of(name: str) -> Path | None:
    """Return the data set's folder, or None where it is not on this machine."""
    root = datasets_root()
    if root is None or not (root / name).is_dir():
        return None
    return root / name
