"""``skip.txt`` in a data set's folder: subjects that the user chose to leave out.

One subject per line; the reason follows ``#``.
"""

from collections.abc import Iterable
from pathlib import Path

from benchmarks.engine.domains.real.case import DataProblem, Found
from benchmarks.engine.domains.real.files import is_there
from benchmarks.engine.domains.real.text_files import read_lines

NAME = "skip.txt"


def read_skips(folder: Path, found: Found) -> frozenset[str]:
    """Return the subjects to leave out; none without such a file, or if it is no text."""
    path = folder / NAME
    lines = read_lines(path, found) if is_there(path) else []
    return frozenset(name for line in lines if (name := line.split("#")[0].strip()))


def add_skips(folder: Path, problems: Iterable[DataProblem]) -> list[str]:
    """Add each subject with a problem to skip.txt; return those added.

    Raises OSError where the file cannot be read or written, and ValueError for a name that UTF-8
    cannot encode.
    """
    path, found = folder / NAME, Found()
    lines = read_lines(path, found) if is_there(path) else []
    if found.problems:
        raise OSError(f"{found.problems[0]}; nothing was added to it")
    known = read_skips(folder, found)
    reasons = {p.subject: p.what for p in problems if p.subject and p.subject not in known}
    if reasons:
        lines += [f"{name}  # {' '.join(what.split())}" for name, what in reasons.items()]
        content = "".join(f"{line}\n" for line in lines).encode()  # before the file is opened
        path.write_bytes(content)
    return list(reasons)
