"""CSV and TSV side files of data sets, read with errors that name file and line."""

import csv
from collections.abc import Iterable
from pathlib import Path

from benchmarks.engine.domains.real.case import UNKNOWN_AGE, DataProblem, Found

MISSING = frozenset({"", "n/a", "na", "nan", "none", "unknown"})
CONTROLS = frozenset(
    {"0", "cn", "nc", "hc", "control", "controls", "healthy", "normal", "false", "no"}
)
"""Groups that count as having no pathology; every other word is one."""
Row = dict[str, str]


def read_rows(
    path: Path, required: Iterable[str], found: Found, delimiter: str = ","
) -> list[tuple[int, Row]]:
    """Return (line, row) with column names in lower case; what is wrong goes to ``found``."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter=delimiter, restval="")
            names = [name.strip().lower() for name in reader.fieldnames or ()]
            if missing := [name for name in required if name not in names]:
                found.problems.append(_columns(path, missing, names))
                return []
            reader.fieldnames = names
            return [(reader.line_num, _plain(row)) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        found.problems.append(
            DataProblem(str(path), f"cannot be read ({error})", "save it as CSV in UTF-8",
                        is_general=True)
        )  # fmt: skip
        return []


def age_of(text: str) -> float:
    """Return years, not-a-number where none are given; ``89+`` is 89; raises ValueError."""
    text = text.strip()
    if text.lower() in MISSING:
        return UNKNOWN_AGE
    years = float(text.removesuffix("+"))
    if not 0 <= years <= 120:
        raise ValueError(f"age {text} is not between 0 and 120")
    return years


def is_ill(group: str) -> bool | None:
    """Return whether the group has pathology, None where no group is given."""
    word = group.strip().lower()
    return None if word in MISSING else word not in CONTROLS


def _plain(row: Row) -> Row:
    return {name: (value or "").strip() for name, value in row.items() if isinstance(value, str)}


def _columns(path: Path, missing: list[str], names: list[str]) -> DataProblem:
    return DataProblem(
        path=f"{path}:1",
        what=f"column {', '.join(missing)} is missing; there are {', '.join(names) or 'none'}",
        remedy="add it to the header line",
        is_general=True,
    )
