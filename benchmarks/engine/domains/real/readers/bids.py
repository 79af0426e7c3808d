"""BIDS data sets: raw ``sub-*/[ses-*/]anat``, labels in ``derivatives/<pipeline>/...``.

The folder is one data set, or holds several, each of which becomes a cohort. Labels are discrete
segmentations (``_dseg``, values from a ``.tsv`` next to it or above, else BIDS's common labels) and
binary masks (``_label-X_mask``). ``_desc-brain_mask`` is the brain mask. Images are those in the
space of the labels. Age, sex, group and site come from ``participants.tsv``, the subject from its
folder.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.engine.domains.real.case import (
    LABELS,
    Case,
    DataProblem,
    Found,
    Holdings,
    Mask,
    Volume,
    slug,
)
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.files import is_there, visible
from benchmarks.engine.domains.real.participants import Examined, read_people
from benchmarks.engine.domains.real.people import is_ill
from benchmarks.engine.domains.real.text_files import read_rows
from benchmarks.engine.domains.real.values import BIDS_COMMON, BINARY

CONTRASTS = {"T1w": "t1", "T2w": "t2", "FLAIR": "flair"}
DESCRIPTION = "dataset_description.json"
NATIVE = frozenset({"", "orig", "T1w", "individual"})
"""Values of the entity space for images in subject space, not in a template's."""
ENDINGS = (".nii.gz", ".nii")
LESION = frozenset({"l", "lesion"})


@dataclass(frozen=True)
class Named:
    """A file and the entities of its name."""

    path: Path
    entities: Mapping[str, str]
    suffix: str

    @property
    def space(self) -> str:
        """Return the space, empty for the subject's own."""
        space = self.entities.get("space", "")
        return "" if space in NATIVE else space

    @property
    def is_read(self) -> bool:
        """Return whether files of this kind are read."""
        return self.suffix in (*CONTRASTS, "dseg", "mask")

    @property
    def plainness(self) -> tuple[int, str]:
        """Return the sort key that puts the file with the fewest entities first."""
        return sum(key != "space" for key in self.entities), self.path.name


def read(folder: Path) -> Holdings:
    """Return the examinations of one BIDS data set, or of all in the folder."""
    found = Found()
    if is_there(folder / DESCRIPTION):
        _read(folder, "all", "", found)
        return found.holdings()
    several = [path.parent for path in visible(folder, folder.glob(f"*/{DESCRIPTION}"))]
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
    files = _by_session(base, prefix, found)
    people = read_people(base, files, prefix, found)
    for (subject, session), named in sorted(files.items()):
        person = people[subject, session]
        name = f"{prefix}{subject}"
        is_patient = is_ill(person.row.get("group", ""))
        masks, space, brain = _labels(base, named, name, found)
        if is_patient is False:
            masks = {
                region: replace(m, may_be_empty=m.allowed == BINARY.allowed)
                for region, m in masks.items()
            }
        found.cases.append(
            Case(
                subject=name,
                session=session,
                site=slug(person.row.get("site", "")) or "all",
                part="",
                cohort=cohort,
                images=_images(named, space),
                masks=masks,
                brain=brain,
                age=person.age,
                sex=person.row.get("sex", ""),
                is_ill=is_patient,
            )
        )


def _by_session(base: Path, prefix: str, found: Found) -> dict[Examined, list[Named]]:
    files: dict[Examined, list[Named]] = defaultdict(list)
    for path in visible(base, base.glob("sub-*")):
        if path.is_symlink() and not path.exists():
            what, remedy = (
                "is a link to a folder that is not there",
                "fetch it, or skip the subject",
            )
            found.problems.append(DataProblem(str(path), what, remedy, f"{prefix}{path.name}"))
    for named in _anatomy(base):
        subject, session = _place(base, named.path)
        if not named.is_read:
            continue
        if f"sub-{named.entities.get('sub', '')}" == subject:
            files[subject, session].append(named)
        else:
            what = f"its name does not begin with {subject}, the name of its folder"
            remedy = f"rename it so that it begins with {subject}_, or move it to its own folder"
            name = f"{prefix}{subject}"
            found.problems.append(DataProblem(str(named.path), what, remedy, name))
    return files


def _place(base: Path, path: Path) -> Examined:
    """Return the subject and session, from the folders that contain the file."""
    parts = path.relative_to(base).parts
    subject = next(part for part in parts if part.startswith("sub-"))
    return subject, next((p.removeprefix("ses-") for p in parts if p.startswith("ses-")), "")


def _anatomy(base: Path) -> Iterator[Named]:
    for pattern in ("sub-*/anat", "sub-*/ses-*/anat"):
        for above in ("", "derivatives/*/"):
            for path in visible(base, base.glob(f"{above}{pattern}/*")):
                if path.name.endswith(ENDINGS):
                    parts = path.name.split(".")[0].split("_")
                    entities = dict(word.split("-", 1) for word in parts[:-1] if "-" in word)
                    yield Named(path, entities, parts[-1])


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
    """Return masks by region, their space, and the brain mask in that space."""
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
    """Return the file with the fewest entities; two such files of one kind are a problem."""
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
    """Return names of label values: from the table next to the file or above, else BIDS's own."""
    table = file.path.parent / f"{file.path.name.split('.')[0]}.tsv"
    if not is_there(table):
        above = [p for p in file.path.parents if p != base and p.is_relative_to(base)]
        tables = [p / f"{_described(file)}dseg.tsv" for p in above]
        table = next((path for path in tables if is_there(path)), table)
    if not is_there(table):
        return BIDS_COMMON
    names: dict[int, str] = {}
    for line, row in read_rows(table, ("index", "name"), found):
        word = slug(row.get("abbreviation") or row["name"])
        value = int(row["index"]) if row["index"].isdecimal() else None
        if value is not None and word and value not in names:
            names[value] = word
            continue
        what = f"index {row['index']!r} is no whole number, there twice, or without a name"
        remedy = "correct the columns index and name"
        found.problems.append(DataProblem(f"{table}:{line}", what, remedy, is_general=True))
    return names


def _described(file: Named) -> str:
    entities = (f"{key}-{file.entities[key]}" for key in ("seg", "desc") if key in file.entities)
    return "".join(f"{word}_" for word in entities)


DATASET = Dataset(
    world="bids",
    title="a BIDS data set with derivatives, or a folder of several",
    layout="dataset_description.json, participants.tsv, sub-*/[ses-*/]anat, derivatives/*",
    source="your own, or OpenNeuro",
    read=read,
    needs_labels=False,
)
