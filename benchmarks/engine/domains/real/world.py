"""The worlds of real data sets: domains in the same form as the simulated world's."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.engine.domains.domain import (
    UNKNOWN_DIAGNOSIS,
    Domain,
    Floats,
    Images,
    Labels,
    several_sites,
)
from benchmarks.engine.domains.real.case import Case, DataProblem, Pictures
from benchmarks.engine.domains.real.checks import SKIP, are_pictures, examine
from benchmarks.engine.domains.real.chosen_cases import DataError, choose_cases
from benchmarks.engine.domains.real.holding import Holding, holding_of
from benchmarks.engine.domains.real.picture_slices import picture_slices
from benchmarks.engine.domains.real.slices import blank_slices, slices_of
from benchmarks.engine.domains.simulated import check_numbers, slice_gap_mm
from benchmarks.plan.spec import DomainSpec

logger = logging.getLogger(__name__)

WORLD_REVISION = 5
"""Raised whenever the same files and spec would give other images, labels or metadata."""


def check_spec(spec: DomainSpec) -> None:
    """Raise DomainError for what the data set does not hold; reads names and tables only."""
    check_numbers(spec)
    choose_cases(holding_of(spec.world), spec)


def fingerprint(spec: DomainSpec) -> str:
    """Return the SHA-256 of people, sites, and names, sizes and times of the domain's files."""
    held = holding_of(spec.world)
    content = [
        [
            case.subject,
            case.session,
            case.site,
            repr(case.age),
            case.is_ill,
            case.axes,
            sorted(case.masks[spec.region].inside or ()) if spec.region in case.masks else None,
            [_state(path, held.folder) for path in _files(case, spec)],
        ]
        for case in choose_cases(held, spec)
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def build_domain(spec: DomainSpec, on_progress: Callable[[int, int, str], None]) -> Domain:
    """Return the domain; raises DataError with all problems of all its volumes."""
    held = holding_of(spec.world)
    cases = choose_cases(held, spec)
    _log_notes(held, cases)
    shape = (len(cases), spec.slices, spec.image_size, spec.image_size)
    images: Images = np.zeros(shape, dtype=np.float32)
    labels: Labels = np.zeros(shape, dtype=np.uint8)
    problems: list[DataProblem] = []
    for index, case in enumerate(cases):
        taken = _taken(case, spec)
        if isinstance(taken, list):
            problems += taken
        else:
            images[index], labels[index] = taken
        on_progress(index + 1, len(cases), f"read {case.subject} of {spec.world}")
    if problems:
        raise DataError(spec.world, problems)
    return Domain(
        spec=spec,
        digest="",
        images=images,
        labels=labels,
        subjects=tuple(case.subject for case in cases),
        ages=np.array([case.age for case in cases], dtype=np.float32),
        pathology=np.array([_diagnosis(case) for case in cases], dtype=np.int8),
        spacing=(slice_gap_mm(spec.slices), spec.spacing_mm, spec.spacing_mm),
        simulated=False,
        sites=several_sites(case.site for case in cases),
    )


def _log_notes(held: Holding, cases: Sequence[Case]) -> None:
    """Log the notes on the domain's subjects."""
    taken = {case.subject for case in cases}
    for note in held.notes:
        if note.subject in taken:
            logger.warning("%s", note)


def _diagnosis(case: Case) -> int:
    return UNKNOWN_DIAGNOSIS if case.is_ill is None else int(case.is_ill)


def _taken(case: Case, spec: DomainSpec) -> tuple[Floats, Labels] | list[DataProblem]:
    if are_pictures(case):
        return picture_slices(case, spec)
    examined = examine(case, spec.contrast, spec.region)
    if isinstance(examined, list):
        return examined
    image, label = slices_of(examined, spec)
    if blank := blank_slices(image):
        numbers = ", ".join(str(number) for number in blank)
        return [
            DataProblem(
                path=str(examined.image.path),
                what=f"slices {numbers} of {spec.slices} show no brain: the field of view is "
                "too small, or the header's axes are wrong",
                remedy=f"correct the header, ask for fewer slices, {SKIP}",
                subject=case.subject,
                concerns=spec.contrast,
            )
        ]
    return image, label


def _files(case: Case, spec: DomainSpec) -> Iterator[Path]:
    paths: list[Path] = []
    if image := case.images.get(spec.contrast):
        paths += (*image.files, *image.masks) if isinstance(image, Pictures) else (image.path,)
    paths += [case.masks[spec.region].path] if spec.region in case.masks else []
    paths += [case.brain] if case.brain else []
    for path in paths:
        yield path
        if path.suffix == ".hdr":
            yield path.with_suffix(".img")


def _state(path: Path, folder: Path) -> list[str | int]:
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
    try:
        status = path.stat()
    except (OSError, ValueError):
        return [name]  # build_domain reports the error
    return [name, status.st_size, status.st_mtime_ns]
