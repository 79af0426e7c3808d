"""2D images in one folder a class: ``[site/]class/[person/]image.png``.

The folder of classes is the one that holds a class without disease (``no``, ``normal``,
``healthy``, ``control``, ``no_tumor``, ``notumor`` and the like); a folder above it is a site, a
folder below a class a person. Where there is no such folder, a DICOM file names its patient, and
other images are people of their own unless they are near copies.
"""

from pathlib import Path

from benchmarks.engine.domains.real.case import DataProblem, Found, Holdings, slug
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.files import visible
from benchmarks.engine.domains.real.picture_file import is_picture
from benchmarks.engine.domains.real.readers.shared.pictures import (
    Shown,
    has_disease,
    pictures_as_people,
)
from benchmarks.engine.domains.real.readers.shared.sites import ONE_SITE


def read(folder: Path) -> Holdings:
    """Return one case for each person."""
    files = [path for path in visible(folder, folder.rglob("*")) if is_picture(path)]
    if not files:
        return Holdings()
    level = _level_of_classes(folder, files)
    if level is None:
        what = "no folder of a class without disease was found"
        remedy = "name it no, normal, healthy or control, beside the folders of the other classes"
        return Holdings(problems=(DataProblem(str(folder), what, remedy, is_general=True),))
    found = Found()
    images = [image for path in files if (image := _shown(folder, path, level, found))]
    held = pictures_as_people(images, folder)
    return Holdings(held.cases, (*found.problems, *held.problems), near_copies=held.near_copies)


def _level_of_classes(folder: Path, files: list[Path]) -> int | None:
    """Return how many folders lie above those of classes: 0, or 1 where these are sites."""
    for level in (0, 1):
        above = [path.relative_to(folder).parts[:-1] for path in files]
        if any(len(parts) > level and has_disease(parts[level]) is False for parts in above):
            return level
    return None


def _shown(folder: Path, path: Path, level: int, found: Found) -> Shown | None:
    *above, _name = path.relative_to(folder).parts
    below = above[level + 1 :]
    if len(above) <= level or len(below) > 1:
        what = "lies in no folder of a class" if len(above) <= level else "lies too deep"
        remedy = "put it at [site/]class/[person/]image, or move it away"
        found.problems.append(DataProblem(str(path), what, remedy, is_note=True))
        return None
    site = slug(above[0]) if level else ONE_SITE
    person = "/".join(filter(None, (site if level else "", below[0]))) if below else ""
    return Shown(
        path=path,
        where=str(path),
        stem=path.relative_to(folder).with_suffix("").as_posix(),
        site=site,
        person=person,
        label=above[level],
    )


DATASET = Dataset(
    world="pictures",
    title="2D images in one folder a class, for classification",
    layout="[site/]class/[person/]image.{png,jpg,tif,dcm}, one class named no, normal, healthy or "
    "control; for the benchmark real-site-shift the sites source and target",
    source="your own images, or a public collection of brain MRI whose licence allows it",
    read=read,
    needs_labels=False,
)
