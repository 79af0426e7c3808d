"""OASIS-1 with manual labels: ``1000_SS.nii.gz``, ``1000_glm.nii.gz``, ``1000_tissues.nii.gz``.

T1 without skull, about 140 manual regions, and the three tissues made of them. Scans 1023 and 1024
are second scans of the persons 1003 and 1004: sessions, not people.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from benchmarks.engine.domains.real.case import (
    Case,
    DataProblem,
    Found,
    Holdings,
    Mask,
    Volume,
    labelled_parts,
)
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.files import visible
from benchmarks.engine.domains.real.readers.shared.sites import ONE_SITE
from benchmarks.engine.domains.real.values import MANUAL_REGIONS, TISSUES

FILE = re.compile(r"(\d{4})_(SS|glm|tissues)\.nii(?:\.gz)?")
RESCANNED: Mapping[int, int] = MappingProxyType({1023: 1003, 1024: 1004})
"""Second scans, by number, and the first scan of the same person."""
COHORT = "adults"


def read(folder: Path) -> Holdings:
    """Return the scans; a person scanned twice is one subject with two sessions."""
    found = Found()
    for number, files in _files(folder, found).items():
        person = RESCANNED.get(number, number)
        found.cases.append(
            Case(
                subject=f"oasis-{person}",
                session="2" if number in RESCANNED else "1",
                site=ONE_SITE,
                part="",
                cohort=COHORT,
                images={"t1": Volume(files["SS"])},
                masks=_masks(files),
                is_stripped=True,
            )
        )
    return labelled_parts(found)


def _masks(files: Mapping[str, Path]) -> dict[str, Mask]:
    masks = TISSUES.masks(files["tissues"]) if "tissues" in files else {}
    if "glm" in files:
        masks |= {name: Mask(files["glm"], codes) for name, codes in MANUAL_REGIONS.items()}
    return masks


def _files(folder: Path, found: Found) -> dict[int, dict[str, Path]]:
    files: dict[int, dict[str, Path]] = defaultdict(dict)
    for path in visible(folder, folder.rglob("*.nii*")):
        if matched := FILE.fullmatch(path.name):
            files[int(matched[1])][matched[2]] = path
    for number in [number for number, own in files.items() if "SS" not in own]:
        what = f"scan {number} has labels, but no image {number}_SS.nii.gz"
        remedy = "unpack the archive again, or remove its labels"
        path = next(iter(files.pop(number).values()))
        found.problems.append(DataProblem(str(path), what, remedy, is_note=True))
    return files


DATASET = Dataset(
    world="oasis",
    title="OASIS-1 with manual labels (24 adults, T1, one site)",
    layout="1000_SS.nii.gz (T1 without skull), 1000_tissues.nii.gz (1 CSF, 2 GM, 3 WM), "
    "1000_glm.nii.gz (manual regions)",
    source="OASIS-1 (oasis-brains.org), labels by Neuromorphometrics, Inc. for the MICCAI 2012 "
    "challenge (neuromorphometrics.com/2012_MICCAI_Challenge_Data.html); CC BY-NC",
    read=read,
)
