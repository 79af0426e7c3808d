"""BIDS data sets: raw ``sub-*/[ses-*/]anat``, labels in ``derivatives/<pipeline>/...``.

The folder is one data set, or holds several, each then a cohort. Of labels it reads discrete
segmentations (``_dseg``, values from a ``.tsv`` beside or above it, else BIDS's common labels)
and binary masks (``_label-X_mask``; ``_desc-brain_mask`` says where the brain is). Images are
those in the space of the labels. Age, sex, group and site come from ``participants.tsv``.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.engine.domains.real.case import (
    LABELS,
    UNKNOWN_AGE,
    Case,
    DataProblem,
    Found,
    Holdings,
    Mask,
    Volume,
    slug,
)
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.tables import Row, age_of, is_ill, read_rows
from benchmarks.engine.domains.real.values import BIDS_COMMON, BINARY

CONTRASTS = {"T1w": "t1", "T2w": "t2", "FLAIR": "flair"}
DESCRIPTION = "dataset_description.json"
NATIVE = frozenset({"", "orig", "T1w", "individual"})
"""What the entity space says where nothing was moved to a template."""
LESION = frozenset({"l", "lesion"})


@dataclass(frozen=True)
class Named:
    """A file and the entities of its name."""

    path: Path
    entities: Mapping[str, str]
    suffix: str

    @property
    def space(self) -> str:
        """Return the space, empty for the one it was acquired in."""
        space = self.entities.get("space", "")
        return "" if space in NATIVE else space

    @property
    def plainness(self) -> tuple[int, str]:
        """Return the sort key by which the file with the fewest entities comes first."""
        return sum(key != "space" for key in self.entities), self.path.name


def read(folder: Path) -> Holdings:
    """Return the examinations of one BIDS data set, or of all those the folder holds."""
    found = Found()
    if (folder / DESCRIPTION).exists():
        _read(folder, "all", "", found)
        return found.holdings()
    several = sorted(path.parent for path in folder.glob(f"*/{DESCRIPTION}"))
    for base in several:
        _read(base, slug(base.name), f"{base.name}/", found)
    if not several:
        found.problems.append(
            DataProblem(
                path=str(folder / DESCRIPTION),
                what="is not there, nor in any folder below",
                remedy="put the BIDS data set here, or several in folders of their own",
                is_general=True,
            )
        )
    return found.holdings()


def _read(base: Path, cohort: str, prefix: str, found: Found) -> None:
    people = _participants(base, found)
    for (subject, session), files in sorted(_by_session(base).items()):
        row = people.get(subject, {})
        name = f"{prefix}{subject}"
        is_patient = is_ill(row.get("group", ""))
        masks, space, brain = _labels(base, files, name, found)
        if is_patient is False:
            masks = {
                region: replace(m, may_be_empty=m.allowed == BINARY.allowed)
                for region, m in masks.items()
            }
        found.cases.append(
            Case(
                subject=name,
                session=session,
                site=slug(row.get("site", "")) or "all",
                part="",
                cohort=cohort,
                images=_images(files, space),
                masks=masks,
                brain=brain,
                age=_age(base, subject, row, found),
                sex=row.get("sex", ""),
                is_ill=is_patient,
            )
        )


def _participants(base: Path, found: Found) -> dict[str, Row]:
    path = base / "participants.tsv"
    if not path.exists():
        return {}
    rows = read_rows(path, ("participant_id",), found, delimiter="\t")
    return {row["participant_id"]: row for _line, row in rows}


def _age(base: Path, subject: str, row: Row, found: Found) -> float:
    try:
        return age_of(row.get("age", ""))
    except ValueError as error:
        path, what = str(base / "participants.tsv"), f"age of {subject}: {error}"
        remedy = "give years as a number, or n/a"
        found.problems.append(DataProblem(path, what, remedy, subject))
        return UNKNOWN_AGE


def _by_session(base: Path) -> dict[tuple[str, str], list[Named]]:
    files: dict[tuple[str, str], list[Named]] = defaultdict(list)
    for named in _anatomy(base):
        session = named.entities.get("ses", "")
        files[f"sub-{named.entities.get('sub', '')}", session].append(named)
    return files


def _anatomy(base: Path) -> Iterator[Named]:
    for pattern in ("sub-*/anat", "sub-*/ses-*/anat"):
        for above in ("", "derivatives/*/"):
            for path in sorted(base.glob(f"{above}{pattern}/*.nii*")):
                words = path.name.split(".")[0].split("_")
                entities = dict(word.split("-", 1) for word in words[:-1] if "-" in word)
                yield Named(path, entities, words[-1])


def _images(files: list[Named], space: str) -> dict[str, Volume]:
    images: dict[str, Volume] = {}
    for file in sorted(files, key=lambda file: file.plainness):
        contrast = CONTRASTS.get(file.suffix)
        if contrast and file.space == space:
            name = "t1ce" if contrast == "t1" and "ce" in file.entities else contrast
            images.setdefault(name, Volume(file.path))
    return images


def _labels(
    base: Path, files: list[Named], subject: str, found: Found
) -> tuple[dict[str, Mask], str, Path | None]:
    """Return masks by region, the space they are in, and the brain mask of that space."""
    labels = [f for f in files if f.suffix == "dseg" or (f.suffix == "mask" and _region(f))]
    space = min((file.space for file in labels), default="")
    here = [file for file in labels if file.space == space]
    masks: dict[str, Mask] = {}
    if segmentation := _plainest([f for f in here if f.suffix == "dseg"], subject, found):
        masks.update(_segmented(base, segmentation, found))
    for region in sorted({_region(file) for file in here if file.suffix == "mask"}):
        of_region = [f for f in here if f.suffix == "mask" and _region(f) == region]
        if mask := _plainest(of_region, subject, found):
            masks[region] = Mask(mask.path, BINARY.regions["inside"], BINARY.allowed)
    brains = [f for f in files if f.suffix == "mask" and f.entities.get("desc") == "brain"]
    brains = sorted((f for f in brains if f.space == space), key=lambda file: file.plainness)
    return masks, space, brains[0].path if brains else None


def _region(file: Named) -> str:
    """Return the region of a mask by its label, empty where it has none."""
    label = file.entities.get("label", "").lower()
    return "lesion" if label in LESION else label


def _plainest(files: list[Named], subject: str, found: Found) -> Named | None:
    """Return the file with the fewest entities; two such from different hands are a problem."""
    files = sorted(files, key=lambda file: file.plainness)
    if len(files) > 1 and files[0].plainness[0] == files[1].plainness[0]:
        found.problems.append(
            DataProblem(
                path=f"{files[0].path} and {files[1].path}",
                what=f"two label volumes of the same kind for {subject}",
                remedy="keep the one to learn from in derivatives, move the other elsewhere",
                subject=subject,
                concerns=LABELS,
            )
        )
    return files[0] if files else None


def _segmented(base: Path, file: Named, found: Found) -> dict[str, Mask]:
    names = _lookup(base, file, found)
    allowed = frozenset({0, *names})
    inside: dict[str, set[int]] = {}
    for value, name in names.items():
        if value != 0:
            inside.setdefault("lesion" if name in LESION else name, set()).add(value)
    return {name: Mask(file.path, frozenset(values), allowed) for name, values in inside.items()}


def _lookup(base: Path, file: Named, found: Found) -> Mapping[int, str]:
    """Return the names of label values: from the table beside the file, above it, or BIDS's own."""
    table = file.path.parent / f"{file.path.name.split('.')[0]}.tsv"
    if not table.exists():
        above = [p for p in file.path.parents if p != base and p.is_relative_to(base)]
        tables = [p / f"{_described(file)}dseg.tsv" for p in above]
        table = next((path for path in tables if path.exists()), table)
    if not table.exists():
        return BIDS_COMMON
    names: dict[int, str] = {}
    for line, row in read_rows(table, ("index", "name"), found, delimiter="\t"):
        if row["index"].isdecimal():
            names[int(row["index"])] = slug(row.get("abbreviation") or row["name"])
            continue
        what = f"index {row['index']!r} is no whole number"
        remedy = "correct the column index"
        found.problems.append(DataProblem(f"{table}:{line}", what, remedy, is_general=True))
    return names


def _described(file: Named) -> str:
    words = (f"{key}-{file.entities[key]}" for key in ("seg", "desc") if key in file.entities)
    return "".join(f"{word}_" for word in words)


DATASET = Dataset(
    world="bids",
    title="a BIDS data set with derivatives, or a folder of several",
    layout="dataset_description.json, participants.tsv, sub-*/[ses-*/]anat, derivatives/*",
    source="your own, or OpenNeuro",
    read=read,
    needs_labels=False,
)
