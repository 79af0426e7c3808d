"""Checks of one case's volumes against each other; problems are returned, not raised."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from benchmarks.engine.domains.domain import Flags, Floats
from benchmarks.engine.domains.real.case import (
    LABELS,
    NO_REGION,
    Case,
    DataProblem,
    Mask,
    Pictures,
    Volume,
)
from benchmarks.engine.domains.real.foreground import foreground
from benchmarks.engine.domains.real.label_values import outside, signs_of_mixing, whole_numbers
from benchmarks.engine.domains.real.picture_slices import problems_of_pictures
from benchmarks.engine.domains.real.volume_file import VolumeError
from benchmarks.engine.domains.real.volumes import Grid, grid_difference, read_grid

SKIP = "or skip the subject"
RESAMPLED = "it was resampled by mixing values: resample it again by nearest neighbour"


@dataclass(frozen=True)
class Examination:
    """One contrast of a case, with the masks of brain and region on its grid."""

    image: Grid
    brain: Flags
    is_whole_head: bool
    inside: Flags


Read = Callable[[Volume], Grid]
KEPT = 3
"""Grids kept while a case is checked: an image, its labels, its brain mask."""


def examine(
    case: Case, contrast: str, region: str, read: Read = read_grid
) -> Examination | list[DataProblem]:
    """Return the case's volumes of that contrast and region, or all their problems."""
    volumes = _Volumes(case, read)
    image = volumes.image(contrast)
    inside = volumes.inside(region, image)
    brain = volumes.brain(image)
    if volumes.problems or image is None or inside is None:
        return volumes.problems
    if brain is not None:
        return Examination(image, brain, is_whole_head=False, inside=inside)
    found, is_whole_head = foreground(image, is_stripped=case.is_stripped)
    if not found.any():
        path = case.images[contrast].path
        return [_problem(case, path, contrast, "shows no brain: all its values are alike",
                         f"fetch it again, {SKIP}")]  # fmt: skip
    return Examination(image, found, is_whole_head, inside)


def problems_of(case: Case) -> list[DataProblem]:
    """Return the problems of all volumes, or of all 2D images, of the case."""
    if are_pictures(case):
        return list(problems_of_pictures(case))
    problems: dict[DataProblem, None] = {}
    read = lru_cache(maxsize=KEPT)(read_grid)
    for contrast in case.images:
        for region in _one_region_a_file(case):
            examined = examine(case, contrast, region, read)
            if isinstance(examined, list):
                problems.update(dict.fromkeys(examined))
    return list(problems)


def are_pictures(case: Case) -> bool:
    """Return whether the case consists of 2D images."""
    return any(isinstance(image, Pictures) for image in case.images.values())


def _one_region_a_file(case: Case) -> list[str]:
    by_path = {mask.path: region for region, mask in case.masks.items()}
    return list(by_path.values()) or [NO_REGION]


@dataclass
class _Volumes:
    """A case's volumes as they are read, and the problems that came up."""

    case: Case
    read: Read
    problems: list[DataProblem] = field(default_factory=list)

    def image(self, contrast: str) -> Grid | None:
        """Return the image, or None where there is no readable one."""
        case = self.case
        if contrast in case.images:
            return self._read(case.images[contrast], contrast)
        has = ", ".join(sorted(case.images)) or "none"
        remedy = f"ask for a contrast that it has ({has}), {SKIP}"
        self._add(_folder(case), contrast, f"subject {case.subject} has no {contrast}", remedy)
        return None

    def inside(self, region: str, image: Grid | None) -> Flags | None:
        """Return where the region is, or None where no labels can be read."""
        if region == NO_REGION:
            return None if image is None else np.zeros(image.values.shape, dtype=np.bool_)
        mask = self.case.masks.get(region)
        if mask is None:
            what = f"subject {self.case.subject} has no labels of {region}"
            self._add(_folder(self.case), LABELS, what, f"add them, {SKIP}")
            return None
        labels = self._read(Volume(mask.path), LABELS)
        if labels is None:
            return None
        values = whole_numbers(labels.values)
        self._check_labels(mask, labels, values, image)
        return np.asarray(values != 0 if mask.inside is None else np.isin(values, [*mask.inside]))

    def brain(self, image: Grid | None) -> Flags | None:
        """Return the brain mask, or None where there is no readable one."""
        path = self.case.brain
        mask = self._read(Volume(path), "") if path is not None else None
        if mask is None:
            return None
        if image is not None and (difference := grid_difference(mask, image)):
            what = f"{difference} between brain mask and image"
            self._add(mask.path, "", what, f"resample it to the image, {SKIP}")
        if signs := signs_of_mixing(mask.values):
            what = f"the brain mask holds {signs}"
            self._add(mask.path, "", what, f"{RESAMPLED}, {SKIP}")
        if not (mask.values > 0).any():
            self._add(mask.path, "", "the brain mask is empty", "remove it")
        return np.asarray(mask.values > 0)

    def _check_labels(self, mask: Mask, labels: Grid, values: Floats, image: Grid | None) -> None:
        if image is not None and (difference := grid_difference(labels, image)):
            remedy = f"resample the labels to the grid of {image.path}, {SKIP}"
            self._add(mask.path, LABELS, f"{difference} between label and image", remedy)
        if not values.any() and not mask.may_be_empty:
            self._add(mask.path, LABELS, "the mask is empty", f"fetch it again, {SKIP}")
        if mask.allowed is None and (signs := signs_of_mixing(labels.values)):
            what = f"the mask holds {signs}"
            self._add(mask.path, LABELS, what, f"{RESAMPLED}, {SKIP}")
        if mask.allowed is not None and (strange := outside(labels.values, mask.allowed)):
            allowed = ", ".join(map(str, sorted(mask.allowed)))
            remedy = f"fetch it again (was it resampled or renumbered?), {SKIP}"
            self._add(mask.path, LABELS, f"labels {strange} are outside the set {allowed}", remedy)

    def _read(self, volume: Volume, concerns: str) -> Grid | None:
        try:
            return self.read(replace(volume, axes=volume.axes or self.case.axes))
        except VolumeError as error:
            self._add(error.path, concerns, error.what, f"{error.remedy}, {SKIP}")
            return None

    def _add(self, path: object, concerns: str, what: str, remedy: str) -> None:
        self.problems.append(_problem(self.case, path, concerns, what, remedy))


def _folder(case: Case) -> object:
    paths = [volume.path for volume in case.images.values()]
    paths += [mask.path for mask in case.masks.values()]
    return paths[0].parent if paths else case.subject


def _problem(case: Case, path: object, concerns: str, what: str, remedy: str) -> DataProblem:
    return DataProblem(str(path), what, remedy, case.subject, concerns)
