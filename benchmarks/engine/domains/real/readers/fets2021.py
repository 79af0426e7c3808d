"""FeTS 2021: BraTS's cases, divided into sites by two tables of the data set.

The tables have columns Partition_ID and Subject_ID. The first divides by institution (17), the
second also divides the five largest institutions by tumour size (22).
"""

import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from benchmarks.engine.domains.real.case import (
    Case,
    DataProblem,
    Found,
    Holdings,
    labelled_parts,
    slug,
)
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.files import visible
from benchmarks.engine.domains.real.readers.shared.brats import ENDINGS_2021, Naming, cases_of
from benchmarks.engine.domains.real.text_files import read_rows
from benchmarks.engine.domains.real.values import BRATS_2021

PARTITIONINGS = MappingProxyType(
    {"partitioning_1.csv": "institution", "partitioning_2.csv": "partition"}
)
NAMING = Naming(
    re.compile(r"(?P<subject>FeTS21_Training_\d+)(?P<session>)"), "_", ENDINGS_2021, BRATS_2021
)


def read(folder: Path) -> Holdings:
    """Return the cases, once for each partitioning table that exists."""
    found = Found()
    cases = list(cases_of(folder, NAMING, found))
    tables = [path for name in PARTITIONINGS for path in visible(folder, folder.rglob(name))]
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


DATASET = Dataset(
    world="fets2021",
    title="FeTS 2021, federated tumour segmentation",
    layout="FeTS21_Training_001/FeTS21_Training_001_{t1,t1ce,t2,flair,seg}.nii.gz, "
    "partitioning_1.csv, partitioning_2.csv",
    source="the FeTS 2021 challenge of the University of Pennsylvania (CBICA), through "
    "its Image Processing Portal; registration and a data request needed",
    read=read,
)
