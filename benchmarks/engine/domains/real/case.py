"""Types of what a reader finds in a data set's folder: cases, volumes, masks, problems."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

NO_REGION = "none"
"""The region of a domain without segmentation: labels are all 0."""
LABELS = "labels"
"""Value of `DataProblem.concerns` for label volumes; others are names of contrasts."""
UNKNOWN_AGE = float("nan")


@dataclass(frozen=True)
class Volume:
    """One 3D volume: a file, or one frame of a 4D file.

    ``axes`` (LAS: left, anterior, superior) are the directions of its axes where the header has
    none. Without them such a file is refused, since left and right would be a guess.
    """

    path: Path
    frame: int | None = None
    axes: str = ""


@dataclass(frozen=True)
class Pictures(Volume):
    """2D images of one examination in place of a volume; ``path`` is the first of ``files``.

    ``masks`` are the label images of the region, one for each file, or none at all.
    """

    files: tuple[Path, ...] = ()
    masks: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Mask:
    """A region's label file: the values that mark the region, and all values it may hold.

    Without ``inside`` every value except 0 marks the region; without ``allowed`` any value may
    occur. Only a healthy subject's lesion mask ``may_be_empty``.
    """

    path: Path
    inside: frozenset[int] | None = None
    allowed: frozenset[int] | None = None
    may_be_empty: bool = False


@dataclass(frozen=True)
class Case:
    """One examination of one subject.

    ``part`` is its part of the data set (training, test, a split). ``grouping`` separates several
    divisions of the same subjects into sites, as in FeTS. ``is_ill`` and ``is_stripped``
    (skull-stripped) are None where unknown. ``axes`` apply to volumes whose headers do not define
    left and right, see Volume.
    """

    subject: str
    session: str
    site: str
    part: str
    cohort: str
    images: Mapping[str, Volume]
    masks: Mapping[str, Mask]
    brain: Path | None = None
    age: float = UNKNOWN_AGE
    sex: str = ""
    is_ill: bool | None = None
    is_stripped: bool | None = None
    grouping: str = ""
    axes: str = ""

    @property
    def place(self) -> str:
        """Return part (where there is one) and site, for messages."""
        return f"{self.part}/{self.site}" if self.part else self.site


@dataclass(frozen=True)
class DataProblem:
    """One reason why data cannot be used, and its remedy.

    ``subject`` is empty where the whole data set cannot be used. ``concerns`` is a contrast,
    LABELS, or empty where the problem concerns any use of the subject. A problem with
    ``is_general`` stops every domain of the data set, whichever subjects it has. A note stops none.
    """

    path: str
    what: str
    remedy: str
    subject: str = ""
    concerns: str = ""
    is_general: bool = False
    is_note: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.what}; {self.remedy}"


@dataclass(frozen=True)
class Holdings:
    """A reader's result: cases, problems, and the number of subjects without any labels.

    ``near_copies`` counts the names that near copies of images joined to another name's person.
    """

    cases: tuple[Case, ...] = ()
    problems: tuple[DataProblem, ...] = ()
    unlabelled: int = 0
    near_copies: int = 0


@dataclass
class Found:
    """Cases and problems while a reader collects them."""

    cases: list[Case] = field(default_factory=list)
    problems: list[DataProblem] = field(default_factory=list)

    def holdings(self, unlabelled: int = 0, near_copies: int = 0) -> Holdings:
        """Return what was collected."""
        return Holdings(tuple(self.cases), tuple(self.problems), unlabelled, near_copies)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return the sort key for natural order: subject 2 before subject 10."""
    pieces = re.findall(r"\d+|\D+", text)
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pieces)


def slug(text: str) -> str:
    """Return a site's name in lower case with dashes: ``Philips_VU .PETMR_01.`` occurs."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def labelled_parts(found: Found) -> Holdings:
    """Return the cases of labelled parts; in these, a case without labels is a problem.

    Challenges publish validation and test images without labels: these are counted and left out.
    """
    parts = {case.part for case in found.cases if case.masks}
    kept = [case for case in found.cases if case.part in parts and case.masks]
    without = [case for case in found.cases if case.part in parts and not case.masks]
    for case in without:
        folder = next(iter(case.images.values())).path.parent if case.images else Path(case.subject)
        found.problems.append(
            DataProblem(
                path=str(folder),
                what=f"subject {case.subject} has no label volume, unlike others of its part",
                remedy="unpack the archive again, or skip the subject",
                subject=case.subject,
                concerns=LABELS,
            )
        )
    unlabelled = {case.subject for case in found.cases if case.part not in parts}
    found.cases = kept + without
    unlabelled -= {case.subject for case in found.cases}
    found.problems = [p for p in found.problems if p.subject not in unlabelled]
    return found.holdings(len(unlabelled))
