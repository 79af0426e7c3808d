"""What a reader finds in a data set's folder: examinations as files, and what is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

NO_REGION = "none"
"""The region of a domain without segmentation: labels are all 0."""
LABELS = "labels"
"""What a problem of a label volume concerns, beside the names of contrasts."""
UNKNOWN_AGE = float("nan")


@dataclass(frozen=True)
class Volume:
    """One 3D volume: a file, or one frame of a 4D file.

    ``axes`` say where its axes run (LAS: to the left, the front, the top) where its header does
    not; without them such a file is refused, since left and right would be a guess.
    """

    path: Path
    frame: int | None = None
    axes: str = ""


@dataclass(frozen=True)
class Mask:
    """Where a region's labels are: a file, the values inside it, and all values it may hold.

    Without ``inside`` every value but 0 is inside; without ``allowed`` every value may occur.
    Only a healthy subject's lesion mask ``may_be_empty``.
    """

    path: Path
    inside: frozenset[int] | None = None
    allowed: frozenset[int] | None = None
    may_be_empty: bool = False


@dataclass(frozen=True)
class Case:
    """One examination of one subject.

    ``part`` is where the data set files it (training, test, a split); ``grouping`` tells apart
    two ways to cut the same subjects into sites, as FeTS has. ``is_ill`` and ``is_stripped`` (of
    its skull) are None where the data set does not say. ``axes`` are those of volumes whose
    headers do not tell left from right, see Volume.
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
        """Return where the case lies, for people: its part, where there is one, and site."""
        return f"{self.part}/{self.site}" if self.part else self.site


@dataclass(frozen=True)
class DataProblem:
    """One thing that keeps data from being used, and what to do about it.

    ``subject`` is empty where it keeps the whole data set from being used. ``concerns`` names a
    contrast, LABELS, or nothing where it concerns any use of the subject. A problem that is
    ``is_general`` stops every domain of the data set, whoever is asked for. A note stops none:
    it says what may surprise.
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
    """All that a reader found: cases, problems, and how many subjects have no labels at all."""

    cases: tuple[Case, ...] = ()
    problems: tuple[DataProblem, ...] = ()
    unlabelled: int = 0


@dataclass
class Found:
    """Cases and problems while a reader collects them."""

    cases: list[Case] = field(default_factory=list)
    problems: list[DataProblem] = field(default_factory=list)

    def holdings(self, unlabelled: int = 0) -> Holdings:
        """Return what was collected."""
        return Holdings(tuple(self.cases), tuple(self.problems), unlabelled)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return the sort key by which subject 2 comes before subject 10."""
    pieces = re.findall(r"\d+|\D+", text)
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pieces)


def slug(text: str) -> str:
    """Return a site's name in lower case with dashes: ``Philips_VU .PETMR_01.`` may be one."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def labelled_parts(found: Found) -> Holdings:
    """Return the cases of parts that have labels at all; a case without them there is a problem.

    Challenges publish the images of validation and test sets without labels: those are counted,
    and left out.
    """
    parts = {case.part for case in found.cases if case.masks}
    kept = [case for case in found.cases if case.part in parts and case.masks]
    without = [case for case in found.cases if case.part in parts and not case.masks]
    for case in without:
        folder = next(iter(case.images.values())).path.parent if case.images else Path(case.subject)
        found.problems.append(
            DataProblem(
                path=str(folder),
                what=f"subject {case.subject} has no label volume though others beside it do",
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
