"""A table with one row per volume, for data sets without a reader of their own.

Columns: path and subject; optionally contrast, group (or label), age, sex, site, split, session,
mask, brain, axes. Paths are absolute or relative to the CSV's folder. ``axes`` (LAS, RAS) are the
directions of voxel axes in volumes whose headers do not define them.
"""

from dataclasses import replace
from pathlib import Path

from benchmarks.engine.domains.real.case import (
    UNKNOWN_AGE,
    Case,
    DataProblem,
    Found,
    Holdings,
    Mask,
    Volume,
    slug,
)
from benchmarks.engine.domains.real.people import age_in, is_ill
from benchmarks.engine.domains.real.text_files import Row, read_rows

NAME = "volumes.csv"
DEFAULT_CONTRAST = "t1"
CONTRASTS = {
    "t1w": "t1", "t1n": "t1", "t1c": "t1ce", "t1gd": "t1ce", "t2w": "t2", "t2f": "flair",
}  # fmt: skip
"""Other spellings of contrasts; any other word is used in lower case."""
MASK_REGION = "mask"
SIDES = {"L": "R", "P": "A", "I": "S"}


def volumes_of_table(folder: Path) -> Holdings:
    """Return the cases of volumes.csv: all rows of one subject and session are one case."""
    found = Found()
    path = folder / NAME
    cases: dict[tuple[str, str, str, str], Case] = {}
    for line, row in read_rows(path, ("path", "subject"), found):
        where = f"{path}:{line}"
        case = _case(folder, where, row, found)
        if case is None:
            continue
        key = (case.subject, case.session, case.part, case.site)
        cases[key] = _merged(cases[key], case, where, found) if key in cases else case
    found.cases += cases.values()
    return found.holdings()


def _case(folder: Path, where: str, row: Row, found: Found) -> Case | None:
    subject, path = row["subject"], row["path"]
    if not subject or not path:
        empty = "path" if subject else "subject"
        found.problems.append(
            DataProblem(where, f"{empty} is empty", "fill it in, or remove the line", subject,
                        is_general=True)
        )  # fmt: skip
        return None
    is_patient = is_ill(row.get("group") or row.get("label", ""))
    split, mask, brain = (row.get(name, "") for name in ("split", "mask", "brain"))
    return Case(
        subject=subject,
        session=row.get("session", ""),
        site=slug(row.get("site", "")) or "all",
        part=split.lower(),
        cohort=split.lower() or "all",
        images={_contrast(row): Volume(folder / path)},
        masks=_masks(folder / mask, is_patient) if mask else {},
        brain=folder / brain if brain else None,
        age=_age(where, row, found),
        sex=row.get("sex", ""),
        is_ill=is_patient,
        axes=_axes(where, row, found),
    )


def _axes(where: str, row: Row, found: Found) -> str:
    word = row.get("axes", "").upper()
    if not word or sorted(SIDES.get(letter, letter) for letter in word) == ["A", "R", "S"]:
        return word
    what = f"axes are {row['axes']!r}"
    remedy = "give three letters for right or left, anterior or posterior, superior or inferior"
    found.problems.append(DataProblem(where, what, remedy, row["subject"]))
    return ""


def _masks(path: Path, is_patient: bool | None) -> dict[str, Mask]:  # noqa: FBT001 - a column
    return {MASK_REGION: Mask(path, may_be_empty=is_patient is False)}


def _contrast(row: Row) -> str:
    word = (row.get("contrast") or DEFAULT_CONTRAST).lower()
    return CONTRASTS.get(word, word)


def _age(where: str, row: Row, found: Found) -> float:
    try:
        return age_in(row)
    except ValueError as error:
        remedy = "give years as a number, or leave it empty"
        found.problems.append(DataProblem(where, f"age: {error}", remedy, row["subject"]))
        return UNKNOWN_AGE


def _merged(before: Case, case: Case, where: str, found: Found) -> Case:
    (contrast,) = case.images
    if contrast in before.images:
        what = f"subject {case.subject} has a second {contrast} in the same session"
        remedy = "name sessions in a column session, or remove the line"
        found.problems.append(DataProblem(where, what, remedy, case.subject, contrast))
        return before
    if before.is_ill != case.is_ill:
        what = f"subject {case.subject} has another group than in the line before"
        found.problems.append(DataProblem(where, what, "correct the column group", case.subject))
    for name in ("age", "sex", "masks", "brain", "axes"):
        one, other = getattr(before, name), getattr(case, name)
        if one and other and one == one and other == other and one != other:  # not NaN
            what = f"subject {case.subject} has another {name.rstrip('s')} than in a line before"
            remedy = "give the same in each line of one examination"
            found.problems.append(DataProblem(where, what, remedy, case.subject))
    return replace(
        before,
        images={**before.images, **case.images},
        masks=before.masks or case.masks,
        brain=before.brain or case.brain,
        age=case.age if before.age != before.age else before.age,
        sex=before.sex or case.sex,
        axes=before.axes or case.axes,
    )
