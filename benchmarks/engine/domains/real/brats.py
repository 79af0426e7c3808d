"""BraTS 2021, BraTS 2023 and FeTS 2021: one folder a case, one file a contrast.

``BraTS2021_00000/BraTS2021_00000_flair.nii.gz``, ``BraTS-GLI-00000-000/BraTS-GLI-00000-000-t2f
.nii.gz`` (the last number counts examinations of one person), ``FeTS21_Training_001/...``.
Partitions of FeTS are columns Partition_ID and Subject_ID of its two tables: the first by
institution (17), the second with the five largest cut by tumour size (22).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from benchmarks.engine.domains.real.case import (
    Case,
    DataProblem,
    Found,
    Holdings,
    Volume,
    labelled_parts,
    slug,
)
from benchmarks.engine.domains.real.tables import read_rows, read_sites
from benchmarks.engine.domains.real.values import BRATS_2021, BRATS_2023, LabelValues

ENDINGS_2021 = MappingProxyType({"t1": "t1", "t1ce": "t1ce", "t2": "t2", "flair": "flair"})
ENDINGS_2023 = MappingProxyType({"t1": "t1n", "t1ce": "t1c", "t2": "t2w", "flair": "t2f"})
COHORT = "glioma"
ONE_SITE = "all"
PARTITIONINGS = MappingProxyType(
    {"partitioning_1.csv": "institution", "partitioning_2.csv": "partition"}
)


@dataclass(frozen=True)
class Naming:
    """How one edition names folders and files; ``case`` has groups subject and session."""

    case: re.Pattern[str]
    separator: str
    endings: Mapping[str, str]
    values: LabelValues


BRATS_2021_NAMING = Naming(
    re.compile(r"(?P<subject>BraTS2021_\d+)(?P<session>)"), "_", ENDINGS_2021, BRATS_2021
)
BRATS_2023_NAMING = Naming(
    re.compile(r"(?P<subject>BraTS-GLI-\d+)-(?P<session>\d+)"), "-", ENDINGS_2023, BRATS_2023
)
FETS_2021_NAMING = Naming(
    re.compile(r"(?P<subject>FeTS21_Training_\d+)(?P<session>)"), "_", ENDINGS_2021, BRATS_2021
)


def read_brats_2021(folder: Path) -> Holdings:
    """Return the cases of BraTS 2021, at one site unless sites.csv says more."""
    return _read_brats(folder, BRATS_2021_NAMING)


def read_brats_2023(folder: Path) -> Holdings:
    """Return the cases of BraTS 2023 (adult glioma), at one site unless sites.csv says more."""
    return _read_brats(folder, BRATS_2023_NAMING)


def read_fets_2021(folder: Path) -> Holdings:
    """Return the cases of FeTS 2021, once for each partitioning table there is."""
    found = Found()
    cases = list(_cases(folder, FETS_2021_NAMING, found))
    tables = [path for name in PARTITIONINGS for path in sorted(folder.rglob(name))]
    if not tables:
        found.problems.append(
            DataProblem(
                path=str(folder / "partitioning_2.csv"),
                what="neither partitioning_1.csv nor partitioning_2.csv is there",
                remedy="both come with the training data; without one the sites are unknown",
                is_general=True,
            )
        )
    for table in tables:
        found.cases += _partitioned(cases, table, found)
    return labelled_parts(found)


def with_sites(cases: list[Case], folder: Path, found: Found) -> list[Case]:
    """Return cases at the sites of sites.csv, or at one site where there is no such file."""
    sites = read_sites(folder, found)
    if sites is None:
        return cases
    for subject in sorted({case.subject for case in cases} - set(sites)):
        found.problems.append(
            DataProblem(
                path=str(folder / "sites.csv"),
                what=f"subject {subject} has no row",
                remedy="add its site, or skip the subject",
                subject=subject,
                is_general=True,
            )
        )
    return [
        replace(case, site=site) for case in cases for site in sites.get(case.subject, [ONE_SITE])
    ]


def _read_brats(folder: Path, naming: Naming) -> Holdings:
    found = Found()
    found.cases += with_sites(list(_cases(folder, naming, found)), folder, found)
    return labelled_parts(found)


def _case_folders(folder: Path, naming: Naming) -> Iterator[tuple[Path, re.Match[str]]]:
    """Yield folders of cases at most two levels down, as archives unpack them."""
    for pattern in ("*", "*/*", "*/*/*"):
        for path in sorted(folder.glob(pattern)):
            matched = naming.case.fullmatch(path.name)
            if matched and path.is_dir():
                yield path, matched


def _cases(folder: Path, naming: Naming, found: Found) -> Iterator[Case]:
    for path, matched in _case_folders(folder, naming):
        images = {}
        for contrast, ending in naming.endings.items():
            stem = f"{path.name}{naming.separator}{ending}"
            if (file := _file(path, stem)) is not None:
                images[contrast] = Volume(file)
            else:
                found.problems.append(_missing(path, stem, contrast, matched["subject"]))
        labels = _file(path, f"{path.name}{naming.separator}seg")
        yield Case(
            subject=matched["subject"],
            session=matched["session"],
            site=ONE_SITE,
            part="" if path.parent == folder else path.parent.relative_to(folder).as_posix(),
            cohort=COHORT,
            images=images,
            masks=naming.values.masks(labels) if labels else {},
            is_ill=True,
            is_stripped=True,
        )


def _file(folder: Path, stem: str) -> Path | None:
    paths = (folder / f"{stem}{ending}" for ending in (".nii.gz", ".nii"))
    return next((path for path in paths if path.exists()), None)


def _missing(folder: Path, stem: str, contrast: str, subject: str) -> DataProblem:
    return DataProblem(
        path=str(folder / f"{stem}.nii.gz"),
        what=f"contrast {contrast} of {subject} is missing",
        remedy="unpack the archive again, or skip the subject",
        subject=subject,
        concerns=contrast,
    )


def _partitioned(cases: list[Case], table: Path, found: Found) -> list[Case]:
    grouping = PARTITIONINGS[table.name]
    sites: dict[str, list[str]] = {}
    for line, row in read_rows(table, ("partition_id", "subject_id"), found):
        if not row["partition_id"] or not row["subject_id"]:
            found.problems.append(_empty_row(table, line))
            continue
        known = sites.setdefault(row["subject_id"], [])
        site = _site(grouping, row["partition_id"])
        known += [site] if site not in known else []
    present = {case.subject for case in cases}
    for subject in sorted(present ^ set(sites)):
        found.problems.append(_unmatched(table, subject, is_listed=subject in sites))
    return [
        replace(case, site=site, grouping=grouping)
        for case in cases
        for site in sites.get(case.subject, [])
    ]


def _site(grouping: str, number: str) -> str:
    return f"{grouping}-{int(number):02d}" if number.isdecimal() else f"{grouping}-{slug(number)}"


def _empty_row(table: Path, line: int) -> DataProblem:
    return DataProblem(
        path=f"{table}:{line}",
        what="Partition_ID or Subject_ID is empty",
        remedy="fill it in, or remove the line",
        is_general=True,
    )


def _unmatched(table: Path, subject: str, *, is_listed: bool) -> DataProblem:
    what = "is listed, but its folder is not there" if is_listed else "has no row"
    return DataProblem(
        path=str(table),
        what=f"subject {subject} {what}",
        remedy="unpack the archive again, correct the table, or skip the subject",
        subject=subject,
        is_general=True,
    )
