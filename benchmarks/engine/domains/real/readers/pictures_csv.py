"""``images.csv`` with one row per 2D image: PNG, JPEG, TIFF or DICOM.

Columns: file; optionally person, label (or group), site, split, contrast, mask, age, sex. Files are
absolute or relative to the CSV's folder. A mask is an image of the same size, above 0 inside the
region. Without a person, a DICOM file names its patient; other images are people of their own
unless they are near copies.
"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.engine.domains.real.case import UNKNOWN_AGE, DataProblem, Found, Holdings, slug
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.people import age_in
from benchmarks.engine.domains.real.readers.shared.pictures import Shown, pictures_as_people
from benchmarks.engine.domains.real.readers.shared.sites import ONE_SITE
from benchmarks.engine.domains.real.text_files import Row, read_rows

NAME = "images.csv"


def read(folder: Path) -> Holdings:
    """Return one case for each person of the table."""
    found = Found()
    held = pictures_as_people(list(_shown(folder, found)), folder)
    return Holdings(held.cases, (*found.problems, *held.problems), near_copies=held.near_copies)


def _shown(folder: Path, found: Found) -> Iterator[Shown]:
    seen: dict[str, int] = {}
    for line, row in read_rows(folder / NAME, ("file",), found):
        where, name = f"{folder / NAME}:{line}", row["file"]
        what, remedy = "", "fill it in, or remove the line"
        if not name:
            what = "file is empty"
        elif name in seen:
            what, remedy = f"{name} is in line {seen[name]} already", "remove one of the lines"
        if what:
            found.problems.append(DataProblem(where, what, remedy, is_general=True))
            continue
        seen[name] = line
        split = row.get("split", "").lower()
        yield Shown(
            path=folder / name,
            where=where,
            stem=Path(name).with_suffix("").as_posix(),
            site=slug(row.get("site", "")) or ONE_SITE,
            person=row.get("person", ""),
            label=row.get("label") or row.get("group", ""),
            part=split,
            contrast=(row.get("contrast") or "t1").lower(),
            mask=folder / row["mask"] if row.get("mask") else None,
            age=_age(where, row, found),
            sex=row.get("sex", ""),
        )


def _age(where: str, row: Row, found: Found) -> float:
    try:
        return age_in(row)
    except ValueError as error:
        remedy = "give years as a number, or leave it empty"
        subject = row.get("person", "")
        found.problems.append(DataProblem(where, f"age: {error}", remedy, subject))
        return UNKNOWN_AGE


DATASET = Dataset(
    world="pictures-csv",
    title="2D images listed in a table, for classification, regression and segmentation",
    layout="images.csv with columns file and, as there are, person, label or group, site, split, "
    "contrast, mask, age, sex; for the benchmark real-site-shift the sites source and target",
    source="your own images, or a public collection of brain MRI whose licence allows it",
    read=read,
    needs_labels=False,
)
