"""``sites.csv`` (subject, site): sites for a data set that has none of its own."""

from dataclasses import replace
from pathlib import Path

from benchmarks.engine.domains.real.case import Case, DataProblem, Found, slug
from benchmarks.engine.domains.real.files import is_there
from benchmarks.engine.domains.real.text_files import read_rows

ONE_SITE = "all"
SITES = "sites.csv"


def with_sites(cases: list[Case], folder: Path, found: Found) -> list[Case]:
    """Return cases at the sites of sites.csv, or all at one site without that file."""
    sites = _sites(folder, found)
    if sites is None:
        return cases
    for subject in sorted({case.subject for case in cases} - set(sites)):
        found.problems.append(
            DataProblem(
                path=str(folder / SITES),
                what=f"subject {subject} has no row",
                remedy="add its site, or skip the subject",
                subject=subject,
                is_general=True,
            )
        )
    for subject in sorted(set(sites) - {case.subject for case in cases}):
        what, remedy = f"{subject} has a row, but no volumes", "correct its name, if it has any"
        found.problems.append(DataProblem(str(folder / SITES), what, remedy, is_note=True))
    return [
        replace(case, site=site) for case in cases for site in sites.get(case.subject, [ONE_SITE])
    ]


def _sites(folder: Path, found: Found) -> dict[str, list[str]] | None:
    """Return each subject's sites in ``sites.csv``, or None where there is no such file."""
    path = folder / SITES
    if not is_there(path):
        return None
    sites: dict[str, list[str]] = {}
    for _line, row in read_rows(path, ("subject", "site"), found):
        if not slug(row["site"]):
            continue  # the same as no row, which is reported for the subject
        known = sites.setdefault(row["subject"], [])
        if (site := slug(row["site"])) not in known:
            known.append(site)
    return sites
