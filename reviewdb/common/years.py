"""Checks years of publication: the only definition of the valid range."""

import datetime as dt

FIRST_YEAR = 1900


def last_year() -> int:
    """Return the latest valid year of publication, the next one, since journals date ahead."""
    return dt.datetime.now(dt.UTC).year + 1


def publication_year(year: int) -> int | None:
    """Return the year where it is valid for a publication, else None."""
    return year if FIRST_YEAR <= year <= last_year() else None


def year_problem(year: int) -> str:
    """Return what is wrong with a publication's year, empty where nothing is."""
    if publication_year(year) is None:
        return f"must be from {FIRST_YEAR} to {last_year()}, got {year}"
    return ""
