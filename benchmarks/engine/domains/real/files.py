"""Files of a data set: hidden ones are left out, broken links count as existing."""

import os
from collections.abc import Iterable
from pathlib import Path

UNPACKED_ON_MAC = "__MACOSX"


def visible(base: Path, paths: Iterable[Path]) -> list[Path]:
    """Return the paths sorted, without those hidden below ``base``.

    macOS writes ``._sub-01_T1w.nii.gz`` next to a volume: it is neither a volume nor a subject's.
    """
    return sorted(path for path in paths if not _is_hidden(path.relative_to(base)))


def is_there(path: Path) -> bool:
    """Return whether the name exists, even as a broken link, which reading then reports."""
    return os.path.lexists(path)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == UNPACKED_ON_MAC for part in path.parts)
