"""One case's volumes, read and held against each other; what is wrong is said, not raised."""

from dataclasses import dataclass

import numpy as np

from benchmarks.engine.domains.domain import Flags
from benchmarks.engine.domains.real.case import LABELS, NO_REGION, Case, DataProblem, Mask, Volume
from benchmarks.engine.domains.real.foreground import foreground
from benchmarks.engine.domains.real.volumes import Grid, VolumeError, grid_difference, read_grid

SKIP = "or skip the subject"
FEW = 6


@dataclass(frozen=True)
class Examination:
    """One contrast of a case on its own grid, with brain and region on the same."""

    image: Grid
    brain: Flags
    is_whole_head: bool
    inside: Flags


def examine(case: Case, contrast: str, region: str) -> Examination | list[DataProblem]:
    """Return the case's volumes of that contrast and region, or all that is wrong with them."""
    problems: list[DataProblem] = []
    image = _image(case, contrast, problems)
    inside = _inside(case, region, image, problems)
    brain = _brain(case, image, problems)
    if problems or image is None or inside is None:
        return problems
    if brain is not None:
        return Examination(image, brain, is_whole_head=False, inside=inside)
    found, is_whole_head = foreground(image, is_stripped=case.is_stripped)
    if not found.any():
        path = case.images[contrast].path
        return [_problem(case, path, contrast, "shows no brain: all its values are alike",
                         f"fetch it again, {SKIP}")]  # fmt: skip
    return Examination(image, found, is_whole_head, inside)


def problems_of(case: Case) -> list[DataProblem]:
    """Return what is wrong with any volume of the case, each read once and more."""
    problems: dict[DataProblem, None] = {}
    for contrast in case.images:
        for region in _one_region_a_file(case):
            examined = examine(case, contrast, region)
            if isinstance(examined, list):
                problems.update(dict.fromkeys(examined))
    return list(problems)


def _one_region_a_file(case: Case) -> list[str]:
    by_path = {mask.path: region for region, mask in case.masks.items()}
    return list(by_path.values()) or [NO_REGION]


def _image(case: Case, contrast: str, problems: list[DataProblem]) -> Grid | None:
    if contrast not in case.images:
        has = ", ".join(sorted(case.images)) or "none"
        remedy = f"ask for a contrast that it has ({has}), {SKIP}"
        problems.append(_problem(case, _folder(case), contrast,
                                 f"subject {case.subject} has no {contrast}", remedy))  # fmt: skip
        return None
    return _read(case, case.images[contrast], contrast, problems)


def _inside(
    case: Case, region: str, image: Grid | None, problems: list[DataProblem]
) -> Flags | None:
    if region == NO_REGION:
        return None if image is None else np.zeros(image.values.shape, dtype=np.bool_)
    mask = case.masks.get(region)
    if mask is None:
        what = f"subject {case.subject} has no labels of {region}"
        problems.append(_problem(case, _folder(case), LABELS, what, f"add them, {SKIP}"))
        return None
    labels = _read(case, Volume(mask.path), LABELS, problems)
    if labels is None:
        return None
    problems += _label_problems(case, mask, labels, image)
    if mask.inside is None:
        return np.asarray(labels.values != 0)
    return np.isin(labels.values, list(mask.inside))


def _label_problems(case: Case, mask: Mask, labels: Grid, image: Grid | None) -> list[DataProblem]:
    found = []
    if image is not None and (difference := grid_difference(labels, image)):
        remedy = f"resample the labels to the grid of {image.path}, {SKIP}"
        found.append((f"{difference} between label and image", remedy))
    if not labels.values.any() and not mask.may_be_empty:
        found.append(("the mask is empty", f"fetch it again, {SKIP}"))
    if outside := _outside(mask, labels):
        allowed = ", ".join(map(str, sorted(mask.allowed or ())))
        what = f"labels {outside} are outside the set {allowed}"
        found.append((what, f"fetch it again (was it resampled or renumbered?), {SKIP}"))
    return [_problem(case, mask.path, LABELS, what, remedy) for what, remedy in found]


def _outside(mask: Mask, labels: Grid) -> str:
    if mask.allowed is None:
        return ""
    values = np.unique(labels.values)
    strange = values[~np.isin(values, list(mask.allowed))]
    dots = ", ..." if len(strange) > FEW else ""
    return ", ".join(f"{value:g}" for value in strange[:FEW]) + dots


def _brain(case: Case, image: Grid | None, problems: list[DataProblem]) -> Flags | None:
    if case.brain is None:
        return None
    mask = _read(case, Volume(case.brain), "", problems)
    if mask is None:
        return None
    if image is not None and (difference := grid_difference(mask, image)):
        what = f"{difference} between brain mask and image"
        problems.append(_problem(case, case.brain, "", what, f"resample it to the image, {SKIP}"))
    if not mask.values.any():
        problems.append(_problem(case, case.brain, "", "the brain mask is empty", "remove it"))
    return np.asarray(mask.values > 0)


def _read(case: Case, volume: Volume, concerns: str, problems: list[DataProblem]) -> Grid | None:
    try:
        return read_grid(volume)
    except VolumeError as error:
        remedy = f"{error.remedy}, {SKIP}"
        problems.append(_problem(case, error.path, concerns, error.what, remedy))
        return None


def _folder(case: Case) -> object:
    paths = [volume.path for volume in case.images.values()]
    paths += [mask.path for mask in case.masks.values()]
    return paths[0].parent if paths else case.subject


def _problem(case: Case, path: object, concerns: str, what: str, remedy: str) -> DataProblem:
    return DataProblem(str(path), what, remedy, case.subject, concerns)
