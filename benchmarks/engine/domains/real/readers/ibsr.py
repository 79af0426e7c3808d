"""IBSR: ``IBSR_01.nii.gz`` and ``IBSR_01_seg.nii.gz``, 4D files with one volume, without skull.

Three acquisition groups, told apart by their in-plane voxels, are its sites. Subjects' names begin
with the group, so that people in the order of their names are in the order of their groups.
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
    Volume,
    labelled_parts,
)
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.files import visible
from benchmarks.engine.domains.real.values import TISSUES

FILE = re.compile(r"IBSR_(\d{2})(_seg)?\.nii(?:\.gz)?")
GROUPS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "084": (16, 17, 18),
        "094": (1, 3, 4, 5, 6, 13, 14),
        "100": (7, 8, 9, 11, 12),
    }
)
"""Numbers of the people of each acquisition group, by in-plane voxel in hundredths of a mm."""
COHORT = "adults"


def read(folder: Path) -> Holdings:
    """Return the people; those of no known group are left out with a note."""
    found = Found()
    for number, files in _files(folder).items():
        group = next((name for name, people in GROUPS.items() if number in people), "")
        if "image" not in files or not group:
            _note(files, number, found)
            continue
        found.cases.append(
            Case(
                subject=f"ibsr-{group}-{number:02d}",
                session="",
                site=f"voxel-{group}",
                part="",
                cohort=COHORT,
                images={"t1": Volume(files["image"])},
                masks=TISSUES.masks(files["labels"]) if "labels" in files else {},
                is_stripped=True,
            )
        )
    return labelled_parts(found)


def _files(folder: Path) -> dict[int, dict[str, Path]]:
    files: dict[int, dict[str, Path]] = defaultdict(dict)
    for path in visible(folder, folder.rglob("IBSR_*.nii*")):
        if matched := FILE.fullmatch(path.name):
            files[int(matched[1])]["labels" if matched[2] else "image"] = path
    return files


def _note(files: Mapping[str, Path], number: int, found: Found) -> None:
    what, remedy = f"IBSR has no person {number}", "correct the name"
    if "image" not in files:
        what, remedy = f"labels of person {number}, but no image", "unpack the archive again"
    path = str(next(iter(files.values())))
    found.problems.append(DataProblem(path, what, remedy, is_note=True))


DATASET = Dataset(
    world="ibsr",
    title="Internet Brain Segmentation Repository (15 people, T1, three acquisition groups)",
    layout="IBSR_01.nii.gz (T1 without skull), IBSR_01_seg.nii.gz (1 CSF, 2 GM, 3 WM)",
    source="the Center for Morphometric Analysis at Massachusetts General Hospital "
    "(nitrc.org/projects/ibsr); registration needed, research only",
    read=read,
)
