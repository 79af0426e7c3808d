"""Files that only the account running ReviewDB may read: the state folder and its database."""

import contextlib
from pathlib import Path

FOLDER_MODE, FILE_MODE = 0o700, 0o600


def private_folder(path: Path) -> Path:
    """Return the folder, made where missing, closed to everybody but its owner."""
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    _close(path, FOLDER_MODE)
    return path


def private_file(path: Path) -> Path:
    """Return the file, made empty where missing, closed to everybody but its owner.

    SQLite gives the files that it keeps beside a database the database's own mode.
    """
    if path.parent.is_dir():
        path.touch(mode=FILE_MODE, exist_ok=True)
        _close(path, FILE_MODE)
    return path


def _close(path: Path, mode: int) -> None:
    if path.stat().st_mode & 0o077:
        # Somebody else's folder or file was opened to us on purpose, and is not ours to close.
        with contextlib.suppress(PermissionError):
            path.chmod(mode)
