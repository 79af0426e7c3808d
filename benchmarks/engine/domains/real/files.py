"""Files of a data set: which of them are its own, and whether they are there."""

import os
from collections.abc import Iterable
from pathlib import Path

UNPACKED_ON_MAC = "__MACOSX"


def visible(base: Path, paths: Iterable[Path]) -> list[Path]:
    """Return the paths in order, without what is hidden below ``base``.

    macOS writes ``._sub-01_T1w.nii.gz`` beside a volume: it is no volume, and nobody's.
    """
    return sorted(path for path in paths if not _is_hidden(path.relative_to(base)))


def is_there(path: Path) -> bool:
    """Return whether there is such a name, be it a link to nowhere: reading says what is wrong."""
    return os.path.lexists(path)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == UNPACKED_ON_MAC for part in path.parts)
