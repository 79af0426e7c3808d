"""Files that only the account running ReviewDB may read: the state folder and its database."""

import os
import stat
import sys
from pathlib import Path

FOLDER_MODE, FILE_MODE = 0o700, 0o600
OTHERS = 0o077
BESIDE_DATABASE = ("-wal", "-shm", "-journal")


def private_folder(path: Path) -> Path:
    """Return the folder, created if missing and accessible to its owner only.

    A folder that was open to others is closed together with its content, and a line is printed. A
    folder of another account, or a shared one such as `/tmp`, stays as it is, and a line is
    printed.
    """
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    mode = path.stat().st_mode
    if not mode & OTHERS:
        return path
    if mode & stat.S_ISVTX or not _is_ours(path):
        _warn(f"{path} is open to other accounts and cannot be closed: choose another folder")
        return path
    for folder, _, files in os.walk(path):
        close(Path(folder))
        for name in files:
            close(Path(folder, name))
    _warn(f"{path} was open to others ({stat.S_IMODE(mode):04o}); now only its owner may enter")
    return path


def private_file(path: Path) -> Path:
    """Return the file, created empty if missing and accessible to its owner only.

    SQLite gives its journal files the mode of the database.
    """
    if path.parent.is_dir():
        path.touch(mode=FILE_MODE, exist_ok=True)
        for ending in ("", *BESIDE_DATABASE):
            close(path.with_name(path.name + ending))
    return path


def close(path: Path) -> None:
    """Remove other accounts' rights to a file or folder of ours; links are skipped."""
    try:
        mode = path.lstat().st_mode
        if mode & OTHERS and not stat.S_ISLNK(mode) and _is_ours(path):
            path.chmod(stat.S_IMODE(mode) & ~OTHERS)
    except FileNotFoundError:
        return  # a process removed it meanwhile


def _is_ours(path: Path) -> bool:
    # The owner of this folder or file opened it on purpose.
    return path.stat().st_uid == os.geteuid()


def _warn(line: str) -> None:
    sys.stderr.write(f"{line}\n")
