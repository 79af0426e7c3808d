"""Checks for subject leakage: the same subject in two parts, sites or domains."""

import os
from collections import defaultdict
from collections.abc import Sequence

from benchmarks.engine.domains.domain import Domain
from benchmarks.engine.domains.errors import DomainError
from benchmarks.engine.domains.real.case import Case, DataProblem

OVERLAPPING = (
    frozenset({"brats2021", "brats2023", "fets2021", "msd-brain"}),  # all contain patients of BraTS
    frozenset({"bids", "csv"}),  # their contents are the user's own
)
"""Groups of worlds that may hold the same people under other names."""


def leaks(cases: Sequence[Case]) -> list[DataProblem]:
    """Return a problem for each subject found at two sites or parts, or under two names."""
    return [*_in_two_places(cases), *_under_two_names(cases)]


def refuse_shared_subjects(source: Domain, target: Domain) -> None:
    """Raise DomainError where two domains of one world hold the same subject."""
    if source.spec.world != target.spec.world:
        return
    shared = [name for name in source.subjects if name in set(target.subjects)]
    if shared:
        places = f"source {source.spec.site} and target {target.spec.site}"
        raise DomainError(
            "subjects",
            f"subject leakage: {', '.join(shared[:5])} of {source.spec.world} "
            f"({len(shared)} in all) would be in both {places}; choose sites or ranges of "
            "subjects that share nobody",
        )


def possible_overlap(source: str, target: str) -> str:
    """Return a warning where two worlds may share subjects, else an empty string."""
    if source == target or not any({source, target} <= worlds for worlds in OVERLAPPING):
        return ""
    return (
        f"{source} and {target} may hold the same people under other names, which cannot be "
        "checked here: compare their organisers' lists before relying on these results"
    )


def _in_two_places(cases: Sequence[Case]) -> list[DataProblem]:
    places: dict[tuple[str, str], dict[str, Case]] = defaultdict(dict)
    for case in cases:
        places[case.grouping, case.subject].setdefault(case.place, case)
    return [
        _leak(subject, list(found.values()))
        for (_grouping, subject), found in places.items()
        if len(found) > 1
    ]


def _leak(subject: str, cases: list[Case]) -> DataProblem:
    where = " and in ".join(repr(case.place) for case in cases)
    return DataProblem(
        path=" and ".join(dict.fromkeys(_folder(case) for case in cases)),
        what=f"subject leakage: {subject} is in {where}",
        remedy="a subject with all its sessions belongs to one part and one site: correct the "
        "table or folders that place it, or skip the subject",
        subject=subject,
        is_general=True,
    )


def _under_two_names(cases: Sequence[Case]) -> list[DataProblem]:
    owners: dict[str, dict[str, None]] = defaultdict(dict)
    for case in cases:
        for volume in case.images.values():
            owners[os.path.realpath(volume.path)][case.subject] = None
    return [
        DataProblem(
            path=path,
            what=f"subject leakage: one volume belongs to subjects {' and '.join(names)}",
            remedy="give each subject its own volume, or skip one of them",
            subject=list(names)[-1],
            is_general=True,
        )
        for path, names in owners.items()
        if len(names) > 1
    ]


def _folder(case: Case) -> str:
    paths = [volume.path for volume in case.images.values()]
    return str(paths[0].parent) if paths else case.subject
