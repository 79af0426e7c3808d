"""Reads a CSV file as rows with their file name and physical line."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from reviewdb.common.formula_guard import unguarded
from reviewdb.common.tables_in.csv_text import CELL_LIMIT, Sheet, read_sheet
from reviewdb.common.tables_in.problems import Problems, choices

NAME_LIMIT = 100
DECIMAL_COMMA = re.compile(r"([+-]?[0-9]+),([0-9]+)")


@dataclass(frozen=True, slots=True)
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

    ``columns`` are the names the header must hold, in any order and any case; ``*`` in one
    matches anything. Cells are separated by commas, semicolons, tabs or bars, as the header shows.
    An apostrophe that guards a formula is removed: only writers of CSV put one there.
    """
    sheet = read_sheet(path, problems, columns or ())
    if sheet is None:
        return None
    before = problems.count
    lines = _lines(sheet, problems)
    _, first = next(lines, (0, None))
    if first is None:
        if problems.count == before:
            remedy = f"its first line must be {choices(columns or ['a header'])}"
            problems.add(sheet.file, f"the file is empty; {remedy}")
        return None
    header = _header(first, columns, optional)
    if not _header_holds(sheet.file, header, columns, optional, problems):
        return None
    rows = [
        Row(sheet.file, line, dict(zip(header, map(unguarded, fitting), strict=True)))
        for line, cells in lines
        if (fitting := _fitting(sheet, line, cells, header, problems))
    ]
    return Table(Path(sheet.file).stem, header, tuple(rows))


def _lines(sheet: Sheet, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that holds anything with the line it starts on."""
    csv.field_size_limit(CELL_LIMIT)
    text = io.StringIO(sheet.text, newline="")
    reader = csv.reader(text, delimiter=sheet.delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start + sheet.skipped, cells
            start = reader.line_num + 1
    except csv.Error as error:
        place = f"{sheet.file}:{start + sheet.skipped}:row"
        problems.add(place, _quoting_fault(str(error), sheet.delimiter))


def _quoting_fault(error: str, delimiter: str) -> str:
    if "unexpected end" in error:
        return "not readable as CSV: a quote that opens in this row is never closed"
    if "field larger" in error:
        return (
            f"not readable as CSV: a cell that starts in this row holds more than {CELL_LIMIT} "
            "characters; shorten it, or close its quote"
        )
    if "expected after" in error:
        return (
            f"not readable as CSV: after a closing quote must come {delimiter!r}; "
            'a quote inside a quoted cell is written twice ("")'
        )
    return f"not readable as CSV ({error}); check its quotes"


def _header(
    cells: Sequence[str], columns: Sequence[str] | None, optional: Sequence[str]
) -> tuple[str, ...]:
    """Return the column names, without empty ones at the end; known ones in their own spelling."""
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if columns is None:
        return tuple(names)
    known = [*columns, *optional]
    return tuple(name if _is_known(name, known) else _spelled(name, known) for name in names)


def _is_known(name: str, known: Sequence[str]) -> bool:
    return any(fnmatchcase(name, column) for column in known)


def _spelled(name: str, known: Sequence[str]) -> str:
    plain = "_".join(name.casefold().replace("-", " ").replace("_", " ").split())
    return plain if _is_known(plain, known) else name


def _header_holds(
    file: str,
    header: tuple[str, ...],
    columns: Sequence[str] | None,
    optional: Sequence[str],
    problems: Problems,
) -> bool:
    before = problems.count
    for name in dict.fromkeys(name for name in header if header.count(name) > 1 or not name):
        problems.add(
            f"{file}:1:{name or 'row'}",
            "every column needs a name, and each name may occur only once",
        )
    for name in header:
        if len(name) > NAME_LIMIT:
            text = f"a column's name holds at most {NAME_LIMIT} characters, this one {len(name)}"
            problems.add(f"{file}:1:{name[:20]}", text)
    if columns is not None:
        _check_known(file, header, columns, optional, problems)
    return problems.count == before


def _check_known(
    file: str,
    header: tuple[str, ...],
    columns: Sequence[str],
    optional: Sequence[str],
    problems: Problems,
) -> None:
    missing = [c for c in columns if not any(fnmatchcase(name, c) for name in header)]
    if len(missing) == len(columns):
        text = f"the first line must name the columns {choices(columns)}; it holds {list(header)}"
        problems.add(f"{file}:1:row", text)
        return
    for column in missing:
        problems.add(f"{file}:1:{column}", f"column missing; required: {choices(columns)}")
    for name in header:
        if name and not _is_known(name, (*columns, *optional)):
            problems.add(f"{file}:1:{name}", f"unknown column; allowed: {choices(columns)}")


def _fitting(
    sheet: Sheet, line: int, cells: list[str], header: tuple[str, ...], problems: Problems
) -> list[str]:
    """Return the row's cells, one per column; nothing (noted) where they are more or fewer."""
    while len(cells) > len(header) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(header):
        message = f"has {len(cells)} cells, the header has {len(header)}; check commas and quotes"
        problems.add(f"{sheet.file}:{line}:row", message)
        return []
    if sheet.delimiter == ";":  # then numbers have decimal commas
        return [DECIMAL_COMMA.sub(r"\1.\2", c) if DECIMAL_COMMA.fullmatch(c) else c for c in cells]
    return cells
