"""Tables as bytes in open formats: CSV, JSON, Markdown, LaTeX.

CSV is safe to open in a spreadsheet: text that would run as a formula is guarded by an apostrophe
(``formula_guard``), which ``tables_in`` removes again. Numbers are never touched. What is null
is an empty cell in CSV, blank in Markdown and LaTeX, ``null`` in JSON.
"""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from reviewdb.common.formula_guard import guarded

Row = Mapping[str, object]
Rows = Sequence[Row]

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "markdown": "text/markdown; charset=utf-8",
    "latex": "application/x-tex; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
}
SUFFIXES = {"markdown": "md", "latex": "tex"}
ALIASES = {"md": "markdown", "tex": "latex"}
MARKDOWN_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|"})
LATEX_MARKS = str.maketrans(
    {
        **{mark: f"\\{mark}" for mark in "&%$#_{}"},
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "\\": r"\textbackslash{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
    }
)


@dataclass(frozen=True, slots=True)
class TableText:
    """A table's caption, its label, and its columns' printed headings, also without rows."""

    caption: str = ""
    label: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)


NO_TEXT = TableText()


def table_bytes(rows: Rows, fmt: str, text: TableText) -> bytes:
    """Return the rows as ``csv``, ``json``, ``markdown`` or ``latex``, in UTF-8."""
    writers: dict[str, Callable[[], str]] = {
        "csv": lambda: to_csv(rows, text),
        "json": lambda: to_json(rows),
        "markdown": lambda: to_markdown(rows, text),
        "latex": lambda: to_latex(rows, text),
    }
    return writers[ALIASES.get(fmt, fmt)]().encode("utf-8")


def to_json(value: object) -> str:
    """Return indented JSON that a person can read and diff."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False, default=list) + "\n"


def to_csv(rows: Rows, text: TableText = NO_TEXT) -> str:
    """Return CSV with the rows' keys as its header, safe in a spreadsheet."""
    frame = _frame(rows, text, _csv_cell).rename(columns=guarded)
    # Python 3.11 leaves a lone carriage return unquoted, and then its own reader refuses the row.
    has_return = any("\r" in cell for row in frame.to_numpy() for cell in row if _is_text(cell))
    quoting: Literal[0, 1] = csv.QUOTE_ALL if has_return else csv.QUOTE_MINIMAL
    return frame.to_csv(index=False, lineterminator="\n", quoting=quoting)


def _is_text(cell: object) -> bool:
    return isinstance(cell, str)


def to_markdown(rows: Rows, text: TableText = NO_TEXT) -> str:
    """Return a GitHub table, numbers to the right."""
    frame = _printed(rows, text, markdown_escape)
    sides = ["right" if right else "left" for right in _numeric(rows)] or None
    table = frame.to_markdown(index=False, tablefmt="pipe", disable_numparse=True, colalign=sides)
    return f"{table}\n"


def to_latex(rows: Rows, text: TableText = NO_TEXT) -> str:
    """Return a floating booktabs table with caption and label (``\\usepackage{booktabs}``)."""
    frame = _printed(rows, text, _latex_escape)
    sides = ["r" if right else "l" for right in _numeric(rows)] or ["l"] * frame.shape[1]
    return frame.style.hide(axis="index").to_latex(
        hrules=True,
        caption=_latex_escape(text.caption) or None,
        label=text.label or None,
        column_format="".join(sides),
        position="htbp",
        position_float="centering",
    )


def _frame(rows: Rows, text: TableText, clean: Callable[[object], object]) -> pd.DataFrame:
    """Return cleaned cells as objects: pandas would turn whole numbers beside nulls to floats."""
    columns = list(rows[0]) if rows else list(text.headings)
    cells = [[clean(row[name]) for name in columns] for row in rows]
    return pd.DataFrame(cells, columns=columns, dtype=object)


def _csv_cell(value: object) -> object:
    if isinstance(value, (list, tuple)):
        value = "; ".join(str(item) for item in value)
    return guarded(value) if isinstance(value, str) else value


def _printed(rows: Rows, text: TableText, clean: Callable[[str], str]) -> pd.DataFrame:
    frame = _frame(rows, text, lambda value: clean(_cell_text(value)))
    return frame.rename(columns=lambda name: clean(text.headings.get(name, name)))


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    return " ".join(str(value).split())


def _numeric(rows: Rows) -> list[bool]:
    columns = list(rows[0]) if rows else []
    return [any(isinstance(row[name], (int, float)) for row in rows) for name in columns]


def markdown_escape(text: str) -> str:
    """Return ``text`` as Markdown that shows it as it is."""
    return text.translate(MARKDOWN_MARKS)


def _latex_escape(text: str) -> str:
    return text.translate(LATEX_MARKS)
