"""2D images as people: near copies are grouped as one person, and each person is one case.

Where nothing names the person of an image, the image is a person of its own, unless it is a near
copy of another image. Slices of one person that look different cannot be recognised as such.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.engine.domains.real.case import (
    LABELS,
    UNKNOWN_AGE,
    Case,
    DataProblem,
    Found,
    Holdings,
    Mask,
    Pictures,
    natural,
)
from benchmarks.engine.domains.real.likeness import Fingerprint, same_people
from benchmarks.engine.domains.real.people import CONTROLS, MISSING
from benchmarks.engine.domains.real.picture_file import fingerprint_at
from benchmarks.engine.domains.real.volume_file import VolumeError

REGION = "mask"
NO_DISEASE = re.compile(
    r"(?:no|non|without)[ _-]?(?:tumou?r|lesion|disease|pathology|finding)s?|negative"
)
SKIP = "or skip the subject"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One image as a reader found it; ``person`` is empty where nothing names the person.

    ``where`` is its file, or its line in a table, for messages.
    """

    path: Path
    where: str
    stem: str
    site: str
    person: str = ""
    label: str = ""
    part: str = ""
    contrast: str = "t1"
    mask: Path | None = None
    age: float = UNKNOWN_AGE
    sex: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Return part and site."""
        return self.part, self.site


def has_disease(label: str) -> bool | None:
    """Return whether a class has pathology, None where no class is given.

    ``no``, ``normal``, ``healthy``, ``control``, ``no_tumor``, ``notumor`` and the like have none.
    """
    word = label.strip().lower()
    if word in MISSING:
        return None
    return not (word in CONTROLS or NO_DISEASE.fullmatch(word))


def pictures_as_people(images: Sequence[Shown], folder: Path) -> Holdings:
    """Return one case for each person: near copies are one person, at one place, and counted."""
    found = Found()
    readable, prints = _readable(images, found)
    grouped = _Grouped(_owners(readable), prints, readable, found)
    kept = grouped.images()
    _note_unknown(kept, folder, found)
    _check_classes(kept, folder, found)
    people: dict[tuple[str, str, str], list[Shown]] = defaultdict(list)
    for image in kept:
        people[image.person, *image.place].append(image)
    found.cases += [_case(own, found) for own in people.values()]
    return found.holdings(near_copies=grouped.copies)


def _readable(images: Sequence[Shown], found: Found) -> tuple[list[Shown], list[Fingerprint]]:
    """Return the images that can be read, with their hashes; the others become problems."""
    kept, prints = [], []
    for image in images:
        try:
            bits, patient = fingerprint_at(image.path)
        except VolumeError as error:
            subject = image.person or image.stem
            remedy = f"{error.remedy}, {SKIP}"
            found.problems.append(DataProblem(str(error.path), error.what, remedy, subject))
            continue
        person = image.person or (_pseudonym(patient) if patient else "")
        kept.append(replace(image, person=person))
        prints.append(bits)
    return kept, prints


def _pseudonym(patient: str) -> str:
    """Return a name that does not tell the patient's number, which results would show."""
    return f"patient-{hashlib.sha256(patient.encode()).hexdigest()[:10]}"


def _owners(images: Iterable[Shown]) -> list[str]:
    """Return the person of each image, a name made of its file where nothing names one."""
    return [image.person or image.stem for image in images]


@dataclass
class _Grouped:
    """Images whose near copies are assigned to one person."""

    owners: list[str]
    prints: list[Fingerprint]
    shown: list[Shown]
    found: Found
    copies: int = 0

    def images(self) -> list[Shown]:
        """Return the images with their people; copies at another place than most are left out."""
        groups = same_people(self.owners, np.array(self.prints)) if self.prints else ()
        by_owner: dict[str, list[Shown]] = defaultdict(list)
        for owner, image in zip(self.owners, self.shown, strict=True):
            by_owner[owner].append(replace(image, person=owner))
        for group in groups:
            own = [image for owner in group for image in by_owner.pop(owner)]
            kept = self._as_one(own, group)
            by_owner[kept[0].person] += kept
        return [image for own in by_owner.values() for image in own]

    def _as_one(self, images: list[Shown], group: frozenset[str]) -> list[Shown]:
        """Return the images of a group as one person's, named as one of those at its place."""
        self.copies += len(group) - 1
        counts = Counter(image.place for image in images)
        place = max(counts, key=lambda one: (counts[one], one))
        here = [image for image in images if image.place == place]
        person = min((image.person for image in here), key=self._order)
        names = ", ".join(sorted(group, key=natural)[:5])
        what = f"near copies of images: {names} ({len(group)} names) count as one person, {person}"
        if len(here) < len(images):
            places = {"/".join(filter(None, image.place)) for image in images if image not in here}
            left = len(images) - len(here)
            what += f"; {left} of its images are left out, since they are at {min(places)}"
        remedy = "check that they are one person, and give its name in a table"
        where = min(image.where for image in here)
        self.found.problems.append(DataProblem(where, what, remedy, person, is_note=True))
        return [replace(image, person=person) for image in here]

    def _order(self, owner: str) -> tuple[bool, tuple[tuple[int, int, str], ...]]:
        """Return the sort key of names: people's before those made of files."""
        return owner in {image.stem for image in self.shown}, natural(owner)


def _note_unknown(images: Sequence[Shown], folder: Path, found: Found) -> None:
    alone = sum(image.person == image.stem for image in images)
    if alone:
        what = (
            f"nothing names the person of {alone} images: each counts as a person of its own, "
            "unless it is a near copy of another; slices of one person that look different "
            "cannot be recognised"
        )
        remedy = "name people by folders below the classes, or in a table, if they are known"
        found.problems.append(DataProblem(str(folder), what, remedy, is_note=True))


def _check_classes(images: Sequence[Shown], folder: Path, found: Found) -> None:
    """Add a problem where classes are named and none of them is the healthy one."""
    classes = sorted({image.label for image in images if image.label})
    if classes and all(has_disease(label) is not False for label in classes):
        what = f"none of the classes {', '.join(classes[:8])} is known as the one without disease"
        remedy = "name it no, normal, healthy or control"
        found.problems.append(DataProblem(str(folder), what, remedy, is_general=True))


def _case(images: Sequence[Shown], found: Found) -> Case:
    """Return a person's case; with any image of disease the person has it."""
    first = images[0]
    verdicts = {has_disease(image.label) for image in images} - {None}
    if len(verdicts) > 1:
        names = ", ".join(sorted({image.label for image in images}))
        what = f"images of {first.person} are of the classes {names}: the person counts as ill"
        remedy = "correct the classes, if they are not those of single slices"
        found.problems.append(DataProblem(first.where, what, remedy, first.person, is_note=True))
    by_contrast: dict[str, list[Shown]] = defaultdict(list)
    for image in sorted(images, key=lambda one: natural(str(one.path))):
        by_contrast[image.contrast].append(image)
    return Case(
        subject=first.person,
        session="",
        site=first.site,
        part=first.part,
        cohort=first.part or "all",
        images={name: _series(own, found) for name, own in by_contrast.items()},
        masks=_masks(by_contrast),
        age=next((image.age for image in images if image.age == image.age), UNKNOWN_AGE),
        sex=next((image.sex for image in images if image.sex), ""),
        is_ill=any(verdicts) if verdicts else None,
    )


def _series(images: Sequence[Shown], found: Found) -> Pictures:
    masks = tuple(image.mask for image in images if image.mask is not None)
    if masks and len(masks) < len(images):
        first = next(image for image in images if image.mask is None)
        what = f"{len(images) - len(masks)} images of {first.person} have no mask, unlike others"
        remedy = f"give each image its mask, {SKIP}"
        found.problems.append(DataProblem(first.where, what, remedy, first.person, LABELS))
        masks = ()
    files = tuple(image.path for image in images)
    return Pictures(path=files[0], files=files, masks=masks)


def _masks(by_contrast: Mapping[str, Sequence[Shown]]) -> dict[str, Mask]:
    paths = [image.mask for own in by_contrast.values() for image in own if image.mask is not None]
    return {REGION: Mask(paths[0], may_be_empty=True)} if paths else {}
