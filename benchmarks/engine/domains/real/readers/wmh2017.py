"""WMH 2017: ``[training/][Amsterdam/]GE3T/100/{pre,orig}/{FLAIR,T1}.nii.gz`` and ``wmh.nii.gz``.

``pre`` is bias-corrected and takes precedence. Its T1 is on FLAIR's grid, unlike 3DT1. A user's
``brain.nii.gz`` next to ``wmh.nii.gz`` is used as brain mask: the images show whole heads.
"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.engine.domains.real.case import (
    Case,
    DataProblem,
    Found,
    Holdings,
    Volume,
    labelled_parts,
    slug,
)
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.files import is_there, visible
from benchmarks.engine.domains.real.values import WMH_2017

FILES = {"flair": "FLAIR.nii.gz", "t1": "T1.nii.gz"}
FOLDERS = ("pre", "orig")
PARTS = ("training", "test")
OTHER_OBSERVERS = "additional_annotations"
COHORT = "lesions"


def read(folder: Path) -> Holdings:
    """Return the examinations of all scanners; each scanner is a site."""
    found = Found()
    for path in _case_folders(folder):
        above = path.relative_to(folder).parts[:-1]
        images = {}
        for contrast, name in FILES.items():
            files = (path / kind / name for kind in FOLDERS)
            if file := next((file for file in files if is_there(file)), None):
                images[contrast] = Volume(file)
            else:
                found.problems.append(_missing(path, name, contrast))
        labels, brain = path / "wmh.nii.gz", path / "brain.nii.gz"
        found.cases.append(
            Case(
                subject=f"wmh-{path.name}",
                session="",
                site=slug(above[-1]) if above and above[-1] not in PARTS else "all",
                part=next((word for word in above if word in PARTS), ""),
                cohort=COHORT,
                images=images,
                masks=WMH_2017.masks(labels) if is_there(labels) else {},
                brain=brain if is_there(brain) else None,
                is_ill=True,
                is_stripped=False,
            )
        )
    return labelled_parts(found)


def _case_folders(folder: Path) -> Iterator[Path]:
    found = (path for kind in FOLDERS for path in folder.rglob(kind) if path.is_dir())
    for path in visible(folder, {path.parent for path in found}):
        if OTHER_OBSERVERS not in path.relative_to(folder).parts and path != folder:
            yield path


def _missing(folder: Path, name: str, contrast: str) -> DataProblem:
    subject = f"wmh-{folder.name}"
    return DataProblem(
        path=str(folder / FOLDERS[0] / name),
        what=f"contrast {contrast} of {subject} is missing",
        remedy="unpack the archive again, or skip the subject",
        subject=subject,
        concerns=contrast,
    )


DATASET = Dataset(
    world="wmh2017",
    title="WMH segmentation challenge 2017",
    layout="training/Utrecht/0/{pre,orig}/{FLAIR,T1}.nii.gz, training/Utrecht/0/wmh.nii.gz",
    source="the WMH challenge of UMC Utrecht, on DataverseNL (doi 10.34894/AECRSD); "
    "its terms must be accepted",
    read=read,
)
