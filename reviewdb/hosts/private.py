"""Files that only the account running ReviewDB may read: the state folder and its database."""

import os
import stat
import sys
from pathlib import Path

FOLDER_MODE, FILE_MODE = 0o700, 0o600
OTHERS = 0o077
BESIDE_DATABASE = ("-wal", "-shm", "-journal")


def private_folder(path: Path) -> Path:
    """Return the folder, made where missing, closed to everybody but its owner.

    One that was open until now is closed with all that lies in it, and a line says so. What is not
    ours, or is everybody's as `/tmp` is, is not ours to close: a line says that.
    """
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    mode = path.stat().st_mode
    if not mode & OTHERS:
        return path
    if mode & stat.S_ISVTX or not _is_ours(path):
        _say(f"{path} is open to others and not ours to close: choose another folder")
        return path
    for folder, _, files in os.walk(path):
        close(Path(folder))
        for name in files:
            close(Path(folder, name))
    _say(f"{path} was open to others ({stat.S_IMODE(mode):04o}); now only its owner may enter")
    return path


def private_file(path: Path) -> Path:
    """Return the file, made empty where missing, closed to everybody but its owner.

    SQLite gives the files that it keeps beside a database the database's own mode.
    """
    if path.parent.is_dir():
        path.touch(mode=FILE_MODE, exist_ok=True)
        for ending in ("", *BESIDE_DATABASE):
            close(path.with_name(path.name + ending))
    return path


def close(path: Path) -> None:
    """Take from others what they may do with a file or folder of ours; a link is left alone."""
    try:
        mode = path.lstat().st_mode
        if mode & OTHERS and not stat.S_ISLNK(mode) and _is_ours(path):
            path.chmod(stat.S_IMODE(mode) & ~OTHERS)
    except FileNotFoundError:
        return  # a process removed it a moment ago


def _is_ours(path: Path) -> bool:
    # Somebody else's folder or file was opened to us on purpose.
    return path.stat().st_uid == os.geteuid()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
