"""iSeg-2019: Analyze pairs ``subject-1-T1.hdr`` and ``.img``, T2 and label likewise."""

import re
from collections import defaultdict
from pathlib import Path

from benchmarks.engine.domains.real.case import (
    Case,
    DataProblem,
    Found,
    Holdings,
    Volume,
    labelled_parts,
)
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.files import visible
from benchmarks.engine.domains.real.readers.shared.sites import ONE_SITE, with_sites
from benchmarks.engine.domains.real.values import ISEG_2019

FILE = re.compile(r"subject-(\d+)-(T1|T2|label)\.hdr", re.IGNORECASE)
CONTRASTS = ("t1", "t2")
COHORT = "infants"
AXES = "LAS"
"""Analyze headers have no field for the axes; these are SPM's convention (our choice)."""


def read(folder: Path) -> Holdings:
    """Return the labelled six-month-olds; validation and testing data have no labels."""
    found = Found()
    cases = []
    for (parent, number), files in _files(folder).items():
        subject = f"subject-{number}"
        part = "" if parent == folder else parent.relative_to(folder).as_posix()
        for contrast in CONTRASTS:
            if contrast not in files:
                found.problems.append(_missing(parent, subject, contrast))
        cases.append(
            Case(
                subject=subject,
                session="",
                site=ONE_SITE,
                part=part,
                cohort=COHORT,
                images={name: Volume(files[name]) for name in CONTRASTS if name in files},
                masks=ISEG_2019.masks(files["label"]) if "label" in files else {},
                age=0.5,
                is_ill=False,
                is_stripped=True,
                axes=AXES,
            )
        )
    found.cases += with_sites(cases, folder, found)
    return labelled_parts(found)


def _files(folder: Path) -> dict[tuple[Path, int], dict[str, Path]]:
    files: dict[tuple[Path, int], dict[str, Path]] = defaultdict(dict)
    for path in visible(folder, folder.rglob("*.hdr")):
        if matched := FILE.fullmatch(path.name):
            files[path.parent, int(matched[1])][matched[2].lower()] = path
    return files


def _missing(parent: Path, subject: str, contrast: str) -> DataProblem:
    return DataProblem(
        path=str(parent / f"{subject}-{contrast.upper()}.hdr"),
        what=f"contrast {contrast} of {subject} is missing",
        remedy="unpack the archive again, or skip the subject",
        subject=subject,
        concerns=contrast,
    )


DATASET = Dataset(
    world="iseg2019",
    title="iSeg-2019, six-month-old infants",
    layout="iSeg-2019-Training/subject-1-{T1,T2,label}.{hdr,img}",
    source="the iSeg-2019 challenge site of the University of North Carolina; registration needed",
    read=read,
)
