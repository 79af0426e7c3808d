"""Axial slices of one examination, in the form of the simulated world.

Slice heights are those of the simulated world, aligned at the same relative height of the brain in
each subject. They do not depend on labels, and the slice distance is the same in all subjects. In
the plane, the centre of the brain's bounding box is the centre of the image; row 0 is anterior and
column 0 the right side.
"""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from benchmarks.engine.domains.domain import Flags, Floats, Labels
from benchmarks.engine.domains.real.checks import Examination
from benchmarks.engine.domains.simulated import CENTRAL, slice_heights_mm
from benchmarks.engine.domains.standardised import intensities
from benchmarks.engine.domains.template import BRAIN_BOTTOM_MM, BRAIN_TOP_MM
from benchmarks.plan.spec import DomainSpec

MIDDLE = sum(CENTRAL) / 2
SCALP_MM = 12.0
"""Our estimate of scalp, skull and fluid above the brain, where only the head's top is known."""
BRAIN_MM = 140.0
"""Our estimate of a brain's height, where its bottom cannot be separated from the neck."""
FWHM_TO_SIGMA = 2.3548


def slices_of(examined: Examination, spec: DomainSpec) -> tuple[Floats, Labels]:
    """Return intensities and labels (slices, rows, columns); background is 0.

    A slice without any brain is 0 everywhere: see ``blank_slices``.
    """
    spacing = examined.image.spacing_mm
    extent = _extent_mm(examined.brain, spacing)
    heights = _heights_mm(extent[2], spec.slices, is_whole_head=examined.is_whole_head)
    plane = _Plane(spec, spacing, heights, middle=(extent[0].mean(), extent[1].mean()))
    brain = examined.brain.astype(np.float32)
    share = plane.sample(brain)
    signal = plane.sample(examined.image.values * brain)
    inside: Flags = share > 0.5
    image = np.where(inside, signal / np.maximum(share, 0.5), 0).astype(np.float32)
    if inside.any():
        image = intensities(image, inside)
    labels = plane.sample(examined.inside.astype(np.float32)) > 0.5
    return image, labels.astype(np.uint8)


def blank_slices(image: Floats) -> list[int]:
    """Return the numbers of slices without any brain."""
    return [number for number, one in enumerate(image) if not one.any()]


class _Plane:
    """The pixels of every slice, as indices of the volume's voxels."""

    def __init__(
        self,
        spec: DomainSpec,
        spacing: npt.NDArray[np.float64],
        heights_mm: npt.NDArray[np.float64],
        middle: tuple[float, float],
    ) -> None:
        steps = (np.arange(spec.image_size) - (spec.image_size - 1) / 2) * spec.spacing_mm
        self._columns, self._rows = (
            (centre - steps) / size for centre, size in zip(middle, spacing[:2], strict=True)
        )
        self._heights = heights_mm / spacing[2]
        coarser = np.maximum((spec.spacing_mm / spacing[:2]) ** 2 - 1, 0)
        self._sigma = (*np.sqrt(coarser) / FWHM_TO_SIGMA, 0.0)

    def sample(self, values: Floats) -> Floats:
        """Return values (slices, rows, columns), linearly interpolated, smoothed to pixel size."""
        low = np.floor(self._heights).astype(int)
        top = values.shape[2]
        first = int(np.clip(low.min(), 0, top - 2))
        last = int(np.clip(low.max() + 2, first + 2, top))
        slab = ndimage.gaussian_filter(values[:, :, first:last], self._sigma)
        z, y, x = np.meshgrid(self._heights - first, self._rows, self._columns, indexing="ij")
        sampled = ndimage.map_coordinates(slab, [x, y, z], order=1, mode="constant")
        return np.asarray(sampled, dtype=np.float32)


def _extent_mm(brain: Flags, spacing: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the bounding box, (axes, first and last), in mm from the first voxel."""
    (box,) = ndimage.find_objects(brain.astype(np.uint8))
    ends = np.array([(side.start, side.stop - 1) for side in box], dtype=np.float64)
    return ends * spacing[:, None]


def _heights_mm(
    extent: npt.NDArray[np.float64], slices: int, *, is_whole_head: bool
) -> npt.NDArray[np.float64]:
    bottom, top = extent
    if is_whole_head:
        top -= SCALP_MM
        bottom = max(bottom, top - BRAIN_MM)
    template_middle = BRAIN_BOTTOM_MM + MIDDLE * (BRAIN_TOP_MM - BRAIN_BOTTOM_MM)
    offsets = slice_heights_mm(slices).astype(np.float64) - template_middle
    return np.asarray(bottom + MIDDLE * (top - bottom) + offsets)
