"""Ages in years and diagnoses, parsed from cells of data sets' tables."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from benchmarks.engine.domains.real.case import UNKNOWN_AGE
from benchmarks.engine.domains.real.text_files import Row

MISSING = frozenset({"", "n/a", "na", "nan", "none", "unknown"})
CONTROLS = frozenset(
    {"0", "cn", "nc", "hc", "control", "controls", "healthy", "normal", "false", "no"}
)
"""Groups without pathology; every other group has one."""
DAYS = 365.25
YEARS_IN: Mapping[str, float] = MappingProxyType(
    {
        **dict.fromkeys(("y", "yr", "yrs", "year", "years"), 1.0),
        **dict.fromkeys(("m", "mo", "mos", "month", "months"), 1 / 12),
        **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), 7 / DAYS),
        **dict.fromkeys(("d", "day", "days"), 1 / DAYS),
    }
)
AGE_COLUMN = re.compile(r"age(?:[ _]+(?:in[ _]+)?|\s*[\[(]\s*)([a-z]+)\s*[\])]?")
AGE = re.compile(r"(?:>|>=|≥)?\s*(\d+(?:\.\d+)?)\s*\+?\s*([a-z]*)(?: old)?", re.ASCII)
RANGE = re.compile("[0-9]+ *(?:-|\N{EN DASH}|to) *[0-9]+.*")


def age_in(row: Row, unit: str = "years") -> float:
    """Return the row's age in years, NaN where none is given; raises ValueError.

    The column is ``age`` in ``unit``, or one with the unit in its name, as ``age_months``.
    """
    if "age" in row:
        return age_of(row["age"], unit)
    for name, cell in row.items():
        matched = AGE_COLUMN.fullmatch(name)
        if matched and matched[1] in YEARS_IN:
            return age_of(cell, matched[1])
    return UNKNOWN_AGE


def age_of(text: str, unit: str = "years") -> float:
    """Return years, NaN where none are given; raises ValueError.

    ``89+`` and ``>89`` are 89; ``18 months``, ``018M`` and ``6w`` contain their unit.
    """
    word = text.strip().lower()
    if word in MISSING:
        return UNKNOWN_AGE
    if RANGE.fullmatch(word):
        raise ValueError(f"{text!r} is a range; which age of it is meant?")
    matched = AGE.fullmatch(word)
    if matched is None or (matched[2] or unit) not in YEARS_IN:
        raise ValueError(f"could not convert {text!r} to years")
    years = float(matched[1]) * YEARS_IN[matched[2] or unit]
    if not 0 <= years <= 120:
        raise ValueError(f"age {text} is not between 0 and 120")
    return years


def unit_in(text: str) -> str | None:
    """Return the unit of age in a description: ``years`` for ``Years (at scan)``."""
    words = re.findall(r"[a-z]+", text.lower())
    named = [word for word in words if word in YEARS_IN and (len(word) > 1 or len(words) == 1)]
    return named[0] if named else None


def is_ill(group: str) -> bool | None:
    """Return whether the group has pathology, None where no group is given."""
    word = group.strip().lower()
    return None if word in MISSING else word not in CONTROLS
