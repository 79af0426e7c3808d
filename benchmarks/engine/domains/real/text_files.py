"""Text files of a data set: lines, JSON and tables; errors become DataProblems."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.engine.domains.real.case import DataProblem, Found
from reviewdb.common.tables_in.csv_rows import read_table
from reviewdb.common.tables_in.csv_text import read_text
from reviewdb.common.tables_in.problems import Problems

Row = dict[str, str]
UNREAD = "cannot be read"
REMEDY = "save it again as UTF-8 text"


def read_lines(path: Path, found: Found) -> list[str]:
    """Return the file's lines, none (and a problem) where it is no text."""
    problems = Problems()
    text = read_text(path, problems)
    _note(path, problems, found)
    return (text or "").splitlines()


def read_json(path: Path, found: Found) -> Any:
    """Return the file's content, None (and a problem) where it is no JSON."""
    problems = Problems()
    text = read_text(path, problems)
    _note(path, problems, found)
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError) as error:
        what = f"cannot be read as JSON ({error})"
        found.problems.append(DataProblem(str(path), what, "fetch it again", is_general=True))
    return None


def read_rows(path: Path, required: Iterable[str], found: Found) -> list[tuple[int, Row]]:
    """Return (line, row) of a CSV or TSV, column names in lower case."""
    problems = Problems()
    table = read_table(path, problems)
    _note(path, problems, found)
    if table is None:
        return []
    names = [name.lower() for name in table.columns]
    missing = [name for name in required if name not in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if missing:
        what = f"column {', '.join(missing)} is missing; there are {', '.join(names) or 'none'}"
        found.problems.append(_of_header(path, what, "add it to the header line"))
    if twice:
        what = f"column {', '.join(twice)} is there twice"
        found.problems.append(_of_header(path, what, "remove one of them"))
    if missing or twice:
        return []
    return [
        (row.line, {name.lower(): cell.strip() for name, cell in row.cells.items()})
        for row in table.rows
    ]


def _of_header(path: Path, what: str, remedy: str) -> DataProblem:
    return DataProblem(f"{path}:1", what, remedy, is_general=True)


def _note(path: Path, problems: Problems, found: Found) -> None:
    for place, texts in problems.errors.items():
        _file, _, where = place.partition(":")
        for text in texts:
            what, _, remedy = text.partition("; ")
            if not where and not what.startswith(UNREAD):
                what = f"{UNREAD}: {what}"
            found.problems.append(
                DataProblem(
                    path=f"{path}:{where}" if where else str(path),
                    what=what,
                    remedy=remedy or REMEDY,
                    is_general=True,
                )
            )
