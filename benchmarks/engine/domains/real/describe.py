"""Description of each real data set on this machine, and the check of all its volumes."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Literal, TypedDict

from benchmarks.engine.domains.errors import DomainError
from benchmarks.engine.domains.real.case import NO_REGION, Case, DataProblem, natural
from benchmarks.engine.domains.real.catalog import DATASETS
from benchmarks.engine.domains.real.checks import problems_of
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.holding import Holding, failure, holding_of, nothing_found
from benchmarks.engine.domains.real.skips import NAME, add_skips
from benchmarks.plan.data_root import folder_of

SHOWN = 20
"""Problems listed; ``doctor --check`` lists them all."""


class DatasetCard(TypedDict):
    """A real data set, wherever it is."""

    world: str
    title: str
    is_simulated: bool
    source: str
    layout: str


class FoundDataset(DatasetCard):
    """What a data set's folder holds; ``missing`` says why nothing was found."""

    found: bool
    missing: str
    folder: str
    subjects: int
    examinations: int
    unlabelled: int
    near_copies: int
    skipped: list[str]
    sites: list[str]
    subjects_by_site: dict[str, int]
    contrasts: list[str]
    subjects_by_contrast: dict[str, int]
    cohorts: dict[str, list[str]]
    notes: list[str]
    note_count: int
    with_age: int
    with_pathology: int
    subjects_by_sex: dict[str, int]


class DatasetCheck(FoundDataset):
    """What the check of all volumes found; subjects with a problem can be skipped."""

    problems: list[str]
    newly_skipped: list[str]
    unskippable: list[str]


class MissingDataset(DatasetCard):
    """A data set that is not on this machine, and why."""

    found: Literal[False]
    missing: str


class DescribedDataset(FoundDataset):
    """A data set on this machine, with the first of its problems."""

    problems: list[str]
    problem_count: int


class SimulatedWorld(TypedDict):
    """The world that is made here."""

    world: str
    is_simulated: bool
    found: bool
    source: str
    sites: list[str]
    contrasts: list[str]
    cohorts: dict[str, list[str]]


WorldDescription = SimulatedWorld | MissingDataset | DescribedDataset


def describe_real_worlds() -> list[WorldDescription]:
    """Return one row per data set, found or not; reads names and tables, no volumes."""
    return [_described(dataset) for dataset in DATASETS.values()]


def check_dataset(
    world: str, on_progress: Callable[[int, int, str], None], *, is_skipping: bool = False
) -> DatasetCheck:
    """Return all problems of a data set, having read every volume.

    With ``is_skipping``, subjects with problems are added to skip.txt. Raises DomainError where the
    data set is not on this machine.
    """
    held = holding_of(world)
    problems = dict.fromkeys(held.problems)
    for done, case in enumerate(held.cases, start=1):
        problems.update(dict.fromkeys(_problems_of(case)))
        on_progress(done, len(held.cases), case.subject)
    added = _add_skips(held, problems) if is_skipping else []
    return {
        **_found(held),
        "problems": [str(problem) for problem in problems],
        "newly_skipped": added,
        "unskippable": [str(problem) for problem in problems if not problem.subject],
    }


def worlds_here() -> list[str]:
    """Return the data sets that have a folder on this machine."""
    return [world for world in DATASETS if folder_of(world) is not None]


def _problems_of(case: Case) -> list[DataProblem]:
    """Return a case's problems; an error of the check is a problem of this case alone."""
    try:
        return problems_of(case)
    except Exception as error:  # noqa: BLE001 - one subject must not end the check of the others
        paths = [str(volume.path.parent) for volume in case.images.values()]
        what = f"the check of {case.subject} failed ({failure(error)})"
        remedy = "report this with its volumes, or skip the subject"
        return [DataProblem(next(iter(paths), case.subject), what, remedy, case.subject)]


def _add_skips(held: Holding, problems: dict[DataProblem, None]) -> list[str]:
    """Return the subjects added to skip.txt; a failure to write it becomes a problem."""
    try:
        return add_skips(held.folder, problems)
    except (OSError, ValueError) as error:
        what = f"cannot be added to ({error})"
        remedy = "correct it, or make its folder writable"
        problems[DataProblem(str(held.folder / NAME), what, remedy, is_general=True)] = None
        return []


def _described(dataset: Dataset) -> WorldDescription:
    try:
        held = holding_of(dataset.world)
    except DomainError as error:
        return {**_card(dataset), "found": False, "missing": str(error)}
    found = _found(held)
    problems = [str(problem) for problem in held.problems[:SHOWN]]
    return {**found, "problems": problems, "problem_count": len(held.problems)}


def _card(dataset: Dataset) -> DatasetCard:
    return {
        "world": dataset.world,
        "title": dataset.title,
        "is_simulated": False,
        "source": dataset.source,
        "layout": dataset.layout,
    }


def _found(held: Holding) -> FoundDataset:
    cases = held.cases
    regions = () if held.dataset.needs_labels else (NO_REGION,)
    return {
        **_card(held.dataset),
        "found": bool(cases),
        "missing": "" if cases else nothing_found(held),
        "folder": str(held.folder),
        "subjects": len({case.subject for case in cases}),
        "examinations": len({(case.subject, case.session) for case in cases}),
        "unlabelled": held.unlabelled,
        "near_copies": held.near_copies,
        "skipped": sorted(held.skipped, key=natural),
        "sites": _names(case.site for case in cases),
        "subjects_by_site": _count((case.site, case) for case in cases),
        "contrasts": _names(name for case in cases for name in case.images),
        "subjects_by_contrast": _count((name, case) for case in cases for name in case.images),
        "cohorts": {
            cohort: _names([*regions, *_regions(cases, cohort)])
            for cohort in _names(case.cohort for case in cases)
        },
        "notes": [str(note) for note in held.notes[:SHOWN]],
        "note_count": len(held.notes),
        "with_age": len({case.subject for case in cases if case.age == case.age}),
        "with_pathology": len({case.subject for case in cases if case.is_ill}),
        "subjects_by_sex": _count((case.sex, case) for case in cases if case.sex),
    }


def _names(values: Iterable[str]) -> list[str]:
    return sorted(set(values), key=natural)


def _count(pairs: Iterable[tuple[str, Case]]) -> dict[str, int]:
    counts = Counter(name for name, _subject in {(name, case.subject) for name, case in pairs})
    return {name: counts[name] for name in _names(counts)}


def _regions(cases: Iterable[Case], cohort: str) -> Iterable[str]:
    return (name for case in cases if case.cohort == cohort for name in case.masks)
