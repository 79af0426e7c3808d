"""CSV bytes -> rows that know their file and physical line."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from reviewdb.common.formula_guard import unguarded
from reviewdb.common.tables_in.problems import Problems, choices


@dataclass(frozen=True)
class Row:
    """One row as printed: ``line`` is the physical line it starts on, the header being line 1."""

    file: str
    line: int
    cells: dict[str, str]

    def place(self, field: str) -> str:
        """Return ``file:line:field``."""
        return f"{self.file}:{self.line}:{field}"


@dataclass(frozen=True)
class Table:
    """One CSV file: its stem as name, its header, its rows."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(
    path: Path,
    problems: Problems,
    columns: Sequence[str] | None = None,
    optional: Sequence[str] = (),
) -> Table | None:
    """Return the file's table, or None where its form is broken (the faults are in ``problems``).

    ``columns`` are the names the header must hold, in any order; ``*`` in one matches anything.
    An apostrophe that guards a formula is taken away: only writers of CSV put one there.
    """
    text = _read_text(path, problems)
    if text is None:
        return None
    lines = list(_lines(text, path.name, problems))
    if not lines:
        problems.add(
            path.name,
            f"the file is empty; its first line must be {choices(columns or ['a header'])}",
        )
        return None
    header = tuple(cell.strip() for cell in lines[0][1])
    if not _header_holds(path.name, header, columns, optional, problems):
        return None
    rows = [
        Row(path.name, line, dict(zip(header, map(unguarded, cells), strict=True)))
        for line, cells in lines[1:]
        if _row_fits(path.name, line, cells, header, problems)
    ]
    return Table(path.stem, header, tuple(rows))


def _read_text(path: Path, problems: Problems) -> str | None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        problems.add(path.name, f"missing from {path.parent}; the folder must hold it")
        return None
    except OSError as error:
        problems.add(path.name, f"cannot be read: {error.strerror}")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        problems.add(f"{path.name}:{line}:encoding", message)
        return None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        problems.add(
            f"{path.name}:{line}:encoding", "holds a null byte; save the file as UTF-8 text"
        )
        return None
    return text


def _lines(text: str, file: str, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for cells in reader:
            if cells:
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        problems.add(f"{file}:{start}:row", f"not readable as CSV ({error}); check its quotes")


def _header_holds(
    file: str,
    header: tuple[str, ...],
    columns: Sequence[str] | None,
    optional: Sequence[str],
    problems: Problems,
) -> bool:
    before = len(problems.errors)
    for name in dict.fromkeys(name for name in header if header.count(name) > 1 or not name):
        problems.add(f"{file}:1:{name or 'row'}", "column names must be there, and once each")
    if columns is None:
        return len(problems.errors) == before
    for column in columns:
        if not any(fnmatchcase(name, column) for name in header):
            problems.add(f"{file}:1:{column}", f"column missing; required: {choices(columns)}")
    for name in header:
        if name and not any(fnmatchcase(name, column) for column in (*columns, *optional)):
            problems.add(f"{file}:1:{name}", f"unknown column; allowed: {choices(columns)}")
    return len(problems.errors) == before


def _row_fits(
    file: str, line: int, cells: list[str], header: tuple[str, ...], problems: Problems
) -> bool:
    if len(cells) == len(header):
        return True
    message = f"has {len(cells)} cells, the header has {len(header)}; check commas and quotes"
    problems.add(f"{file}:{line}:row", message)
    return False
