"""A data set as found on this machine: its cases and their problems."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.engine.domains.errors import DomainError, unknown
from benchmarks.engine.domains.real.case import Case, DataProblem, Found, Holdings
from benchmarks.engine.domains.real.catalog import DATASETS
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.leakage import leaks
from benchmarks.engine.domains.real.skips import NAME, read_skips
from benchmarks.plan.data_root import absence, folder_of


@dataclass(frozen=True)
class Holding:
    """A data set as found on this machine, without skipped subjects and unlabelled parts.

    ``problems`` prevent use of the data they concern, ``notes`` do not.
    """

    dataset: Dataset
    folder: Path
    cases: tuple[Case, ...]
    problems: tuple[DataProblem, ...]
    notes: tuple[DataProblem, ...]
    skipped: frozenset[str]
    unlabelled: int
    near_copies: int = 0


def holding_of(world: str) -> Holding:
    """Return the data set on this machine; raises DomainError where it is not there."""
    if world not in DATASETS:
        raise unknown("world", world, DATASETS)
    dataset = DATASETS[world]
    try:
        folder = folder_of(world)
    except NotADirectoryError as error:
        raise DomainError("world", str(error)) from None
    if folder is None:
        raise DomainError(
            "world",
            f"{world} is not on this machine: {absence(world)}, laid out as {dataset.layout}. "
            f"Get it from {dataset.source}",
        )
    from_skips = Found()
    skipped = read_skips(folder, from_skips)
    held = _read(dataset, folder)
    cases = tuple(case for case in held.cases if case.subject not in skipped)
    found = [
        *from_skips.problems,
        *held.problems,
        *leaks(cases),
        *_unknown_skips(folder, held, skipped),
    ]
    left = tuple(dict.fromkeys(one for one in found if one.subject not in skipped))
    return Holding(
        dataset,
        folder,
        cases,
        problems=tuple(one for one in left if not one.is_note),
        notes=tuple(one for one in left if one.is_note),
        skipped=skipped,
        unlabelled=held.unlabelled,
        near_copies=held.near_copies,
    )


def _read(dataset: Dataset, folder: Path) -> Holdings:
    """Return the reader's result; a failure of the reader is a problem of this data set alone."""
    try:
        return dataset.read(folder)
    except Exception as error:  # noqa: BLE001 - one data set must not end the list of all
        what = f"its reader failed ({failure(error)})"
        remedy = "report this with the folder's list of files"
        return Holdings(problems=(DataProblem(str(folder), what, remedy, is_general=True),))


def failure(error: Exception) -> str:
    """Return an unforeseen error in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def nothing_found(held: Holding) -> str:
    """Return the message for a folder without a usable subject."""
    if held.unlabelled:
        return f"{held.folder} holds {held.unlabelled} subjects, but labels of none"
    return f"{held.folder} holds nothing laid out as {held.dataset.layout}"


def _unknown_skips(folder: Path, held: Holdings, skipped: frozenset[str]) -> list[DataProblem]:
    known = {case.subject for case in held.cases} | {p.subject for p in held.problems}
    return [
        DataProblem(
            path=str(folder / NAME),
            what=f"{name} is no subject of the data set",
            remedy="correct the name, or remove the line",
            is_general=True,
        )
        for name in sorted(skipped - known)
    ]
