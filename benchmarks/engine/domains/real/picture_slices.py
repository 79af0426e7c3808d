"""2D images of one examination in the form of the simulated world: each image is a slice.

An image is cut to its foreground and scaled to fill the square, so that margins tell nothing about
a site. Sizes in mm are lost: spacing has no meaning here.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.engine.domains.domain import Flags, Floats, Labels
from benchmarks.engine.domains.real.case import LABELS, NO_REGION, Case, DataProblem, Pictures
from benchmarks.engine.domains.real.foreground import above_air
from benchmarks.engine.domains.real.picture_file import Picture, read_picture
from benchmarks.engine.domains.real.volume_file import VolumeError
from benchmarks.engine.domains.standardised import intensities
from benchmarks.plan.spec import DomainSpec

SKIP = "or skip the subject"


def picture_slices(case: Case, spec: DomainSpec) -> tuple[Floats, Labels] | list[DataProblem]:
    """Return intensities and labels (slices, rows, columns), or all reasons why there are none.

    Of more images than slices, evenly spaced ones are taken; of fewer, each is repeated in turn.
    """
    pictures = case.images.get(spec.contrast)
    if not isinstance(pictures, Pictures):
        has = ", ".join(sorted(case.images)) or "none"
        what = f"subject {case.subject} has no {spec.contrast}"
        return [DataProblem(case.subject, what, f"ask for {has}, {SKIP}", case.subject)]
    shape = (spec.slices, spec.image_size, spec.image_size)
    image, inside = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.bool_)
    labels = np.zeros(shape, dtype=np.uint8)
    problems: list[DataProblem] = []
    for place, number in enumerate(chosen_images(len(pictures.files), spec.slices)):
        try:
            picture = read_picture(pictures.files[number])
            has_mask = spec.region != NO_REGION and pictures.masks
            mask = _mask(pictures.masks[number], picture) if has_mask else None
            image[place], inside[place], labels[place] = _fitted(picture, mask, spec.image_size)
        except VolumeError as error:
            problems.append(_problem(case, error, spec.contrast))
    return problems or (intensities(image, inside), labels)


def problems_of_pictures(case: Case) -> Iterator[DataProblem]:
    """Yield the problems of all images and masks of a case."""
    for contrast, pictures in case.images.items():
        if not isinstance(pictures, Pictures):
            continue
        for number, path in enumerate(pictures.files):
            try:
                picture = read_picture(path)
            except VolumeError as error:
                yield _problem(case, error, contrast)
                continue
            try:
                if pictures.masks:
                    _mask(pictures.masks[number], picture)
            except VolumeError as error:
                yield _problem(case, error, LABELS)


def chosen_images(there: int, wanted: int) -> list[int]:
    """Return the numbers of the images taken as slices."""
    if there < wanted:
        return [number % there for number in range(wanted)]
    middles = (np.arange(wanted) + 0.5) * there / wanted
    return [int(middle) for middle in middles]


def _problem(case: Case, error: VolumeError, concerns: str) -> DataProblem:
    remedy = f"{error.remedy}, {SKIP}"
    return DataProblem(str(error.path), error.what, remedy, case.subject, concerns)


def _mask(path: Path, picture: Picture) -> Flags:
    mask = read_picture(path, may_be_blank=True).values
    if mask.shape != picture.values.shape:
        sizes = " and ".join(f"{v.shape[1]} x {v.shape[0]}" for v in (mask, picture.values))
        raise VolumeError(path, f"mask and image are {sizes} pixels", "save both at one size")
    return np.asarray(mask > 0)


def _fitted(picture: Picture, mask: Flags | None, size: int) -> tuple[Floats, Flags, Labels]:
    """Return image, foreground and labels (size, size): the foreground's box fills the square."""
    brain = above_air(picture.values[:, :, None])[:, :, 0]
    rows, columns = np.nonzero(brain)
    box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    tall, wide = (float(np.ptp(index) + 1) for index in (rows, columns))
    scale = size / max(tall * picture.aspect, wide)
    shape = tuple(
        min(size, max(1, round(length * scale))) for length in (tall * picture.aspect, wide)
    )
    values = picture.values - min(float(picture.values[brain].min()), 0.0)
    share = _placed(brain[box].astype(np.float32), shape, size)
    signal = _placed(np.where(brain, values, 0)[box], shape, size)
    inside: Flags = share > 0.5
    image = np.where(inside, signal / np.maximum(share, 0.5), 0).astype(np.float32)
    if mask is None:
        return image, inside, np.zeros((size, size), dtype=np.uint8)
    region = _placed(mask[box].astype(np.float32), shape, size) > 0.5
    return image, inside, region.astype(np.uint8)


def _placed(values: Floats, shape: tuple[int, ...], size: int) -> Floats:
    """Return values scaled to ``shape`` in the middle of a square of zeros."""
    rows, columns = shape
    scaled = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32)).resize(
        (columns, rows), Image.Resampling.BILINEAR
    )
    placed = np.zeros((size, size), dtype=np.float32)
    top, left = (size - rows) // 2, (size - columns) // 2
    placed[top : top + rows, left : left + columns] = np.asarray(scaled)
    return placed
