"""Decodes a file's bytes and finds the delimiter of its cells."""

import codecs
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from reviewdb.common.tables_in.problems import Problems
from reviewdb.common.text import printable

CELL_LIMIT = 1_000_000  # characters
DELIMITERS = (",", ";", "\t", "|")  # of two that fit the header equally, the first is taken
SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # what Excel writes above the header
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # starts like UTF-16's mark, so it is tested first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Sheet:
    """A file's text; ``skipped`` lines above the header are not in it."""

    file: str
    text: str
    delimiter: str
    skipped: int = 0


def read_sheet(path: Path, problems: Problems, columns: Sequence[str]) -> Sheet | None:
    """Return the file's text and delimiter, or None where it is no text (noted).

    ``columns`` are the names expected of its header; the file's name may differ in case.
    """
    path = _in_any_case(path)
    text = read_text(path, problems)
    if text is None:
        return None
    stated = SEPARATOR_LINE.match(text)
    if stated:
        return Sheet(path.name, text[stated.end() :], stated.group(1), skipped=1)
    return Sheet(path.name, text, _delimiter(text, columns))


def read_text(path: Path, problems: Problems) -> str | None:
    """Return the file's text, UTF-8 or what its byte order mark says, or None (noted)."""
    data = _read(path, problems)
    return None if data is None else _decoded(data, path.name, problems)


def _in_any_case(path: Path) -> Path:
    if path.exists() or not path.parent.is_dir():
        return path
    alike = [one for one in path.parent.iterdir() if one.name.casefold() == path.name.casefold()]
    return alike[0] if len(alike) == 1 else path


def _read(path: Path, problems: Problems) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        problems.add(path.name, f"missing from {path.parent}; the folder must hold it")
    except OSError as error:
        problems.add(path.name, f"cannot be read: {error.strerror}")
    return None


def _decoded(data: bytes, file: str, problems: Problems) -> str | None:
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(f"{file}:{line}:encoding", _encoding_fault(data, error.start, encoding))
        return None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        message = "holds a null byte; save the file as UTF-8 text"
        problems.add(f"{file}:{line}:encoding", message)
        return None
    return printable(text)


def _encoding_fault(data: bytes, start: int, encoding: str) -> str:
    if encoding != "utf-8":
        return f"is not the {encoding.upper()} that its first bytes promise; save it as UTF-8"
    found = data[start : start + 1].decode("cp1252", "replace")
    return (
        f"byte 0x{data[start]:02x} is not UTF-8 ({found!r} in Windows-1252); "
        "save the file as UTF-8 (in Excel: CSV UTF-8)"
    )


def _delimiter(text: str, columns: Sequence[str]) -> str:
    """Return the delimiter that yields most of ``columns`` from the first line.

    Without expected columns it is a comma where the line holds one, else the most frequent one.
    """
    first = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")

    def fit(delimiter: str) -> tuple[int, int]:
        names = [part.strip().strip('"').strip().casefold() for part in first.split(delimiter)]
        known = sum(any(fnmatchcase(name, column) for column in columns) for name in names)
        return known, len(names)

    return max(DELIMITERS, key=fit) if columns else _most_cells(first)


def _most_cells(first: str) -> str:
    return "," if "," in first else max(DELIMITERS, key=first.count)
