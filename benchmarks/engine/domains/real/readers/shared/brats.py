"""BraTS and FeTS: one folder per case, one file per contrast.

``BraTS2021_00000/BraTS2021_00000_flair.nii.gz``, ``BraTS-GLI-00000-000/BraTS-GLI-00000-000-t2f
.nii.gz`` (the last number counts examinations of one person), ``FeTS21_Training_001/...``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from benchmarks.engine.domains.real.case import (
    Case,
    DataProblem,
    Found,
    Holdings,
    Volume,
    labelled_parts,
)
from benchmarks.engine.domains.real.files import is_there, visible
from benchmarks.engine.domains.real.readers.shared.sites import ONE_SITE, with_sites
from benchmarks.engine.domains.real.values import LabelValues

ENDINGS_2021 = MappingProxyType({"t1": "t1", "t1ce": "t1ce", "t2": "t2", "flair": "flair"})
ENDINGS_2023 = MappingProxyType({"t1": "t1n", "t1ce": "t1c", "t2": "t2w", "flair": "t2f"})
COHORT = "glioma"


@dataclass(frozen=True)
class Naming:
    """One edition's names of folders and files; ``case`` has groups subject and session."""

    case: re.Pattern[str]
    separator: str
    endings: Mapping[str, str]
    values: LabelValues


def read_cases(folder: Path, naming: Naming) -> Holdings:
    """Return the cases of one edition, at one site unless sites.csv assigns several."""
    found = Found()
    found.cases += with_sites(list(cases_of(folder, naming, found)), folder, found)
    return labelled_parts(found)


def _case_folders(folder: Path, naming: Naming) -> Iterator[tuple[Path, re.Match[str]]]:
    """Yield folders of cases, at most two levels down, as they lie in the archives."""
    for pattern in ("*", "*/*", "*/*/*"):
        for path in visible(folder, folder.glob(pattern)):
            matched = naming.case.fullmatch(path.name)
            if matched and (path.is_dir() or path.is_symlink()):  # a broken link is reported later
                yield path, matched


def cases_of(folder: Path, naming: Naming, found: Found) -> Iterator[Case]:
    """Yield the cases of one edition; missing files are added to ``found``."""
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
    return next((path for path in paths if is_there(path)), None)


def _missing(folder: Path, stem: str, contrast: str, subject: str) -> DataProblem:
    return DataProblem(
        path=str(folder / f"{stem}.nii.gz"),
        what=f"contrast {contrast} of {subject} is missing",
        remedy="unpack the archive again, or skip the subject",
        subject=subject,
        concerns=contrast,
    )
