"""``skip.txt`` in a data set's folder: subjects that people chose to go on without.

One subject a line; what follows ``#`` is the reason.
"""

from collections.abc import Iterable
from pathlib import Path

from benchmarks.engine.domains.real.case import DataProblem

NAME = "skip.txt"


def read_skips(folder: Path) -> frozenset[str]:
    """Return the subjects to leave out; none where there is no such file."""
    path = folder / NAME
    if not path.exists():
        return frozenset()
    lines = path.read_text("utf-8").splitlines()
    return frozenset(name for line in lines if (name := line.split("#")[0].strip()))


def add_skips(folder: Path, problems: Iterable[DataProblem]) -> list[str]:
    """Add each subject with a problem to skip.txt; return those added."""
    known = read_skips(folder)
    reasons = {p.subject: p.what for p in problems if p.subject and p.subject not in known}
    if reasons:
        with (folder / NAME).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}  # {what}\n" for name, what in reasons.items())
    return list(reasons)
