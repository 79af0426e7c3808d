"""Distances between the surfaces of two regions, in millimetres: HD95 and NSD.

One implementation, so that both measures speak of the same surface. A region's surface are its
voxels with a face on the background, where everything outside the volume is background. Distances
are between voxel centres. Tools differ in these choices by more than strategies differ (Podobnik
and Vrtovec 2024, arXiv 2410.02630); raise `SURFACES_REVISION` when one of them changes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

SURFACES_REVISION = 1
PERCENTILE = 95
LEAST_TOLERANCE_MM = 1.0
Mask = NDArray[np.bool_]
Values = NDArray[np.float64]
Spacing = tuple[float, float, float]


@dataclass(frozen=True)
class SurfaceDistances:
    """Both surfaces: each voxel's distance to the other surface (mm) and its free area (mm2)."""

    from_prediction: Values
    from_truth: Values
    prediction_areas: Values
    truth_areas: Values

    def hd95(self) -> float:
        """Return the larger of the two directed 95th percentiles of distances, in mm.

        Huttenlocher et al. 1993 with the percentile of each direction, as in Metrics Reloaded
        (Maier-Hein et al. 2024); voxels count equally.
        """
        directed = (self.from_prediction, self.from_truth)
        return float(max(np.percentile(distances, PERCENTILE) for distances in directed))

    def nsd(self, tolerance: float) -> float:
        """Return the share of both surfaces within ``tolerance`` mm of the other, 0 to 1.

        Nikolov et al. 2021 (arXiv 1809.04430). Each voxel counts by the area of its faces on the
        background, so that thick slices do not distort the share.
        """
        within = (
            self.prediction_areas[self.from_prediction <= tolerance].sum()
            + self.truth_areas[self.from_truth <= tolerance].sum()
        )
        return float(within / (self.prediction_areas.sum() + self.truth_areas.sum()))


def surface_distances(prediction: Mask, truth: Mask, spacing: Spacing) -> SurfaceDistances:
    """Return the distances between two volumes (slices, height, width), neither of them empty.

    ``spacing`` is the distance in mm between voxel centres along each axis. Raises ValueError for
    an empty volume, whose surface has no distance to anything.
    """
    if not (prediction.any() and truth.any()):
        raise ValueError("an empty region has no surface")
    box = ndimage.find_objects((prediction | truth).astype(np.uint8))[0]
    areas = [free_areas(mask[box], spacing) for mask in (prediction, truth)]
    surfaces = [area > 0 for area in areas]
    to_prediction, to_truth = (
        ndimage.distance_transform_edt(~surface, sampling=spacing) for surface in surfaces
    )
    return SurfaceDistances(
        from_prediction=to_truth[surfaces[0]],
        from_truth=to_prediction[surfaces[1]],
        prediction_areas=areas[0][surfaces[0]],
        truth_areas=areas[1][surfaces[1]],
    )


def free_areas(mask: Mask, spacing: Spacing) -> Values:
    """Return each voxel's area of faces on the background in mm2, 0 off the surface."""
    padded = np.pad(mask, 1)
    inner = (slice(1, -1),) * mask.ndim
    areas = np.zeros(mask.shape, dtype=np.float64)
    for axis in range(mask.ndim):
        face = np.prod([size for other, size in enumerate(spacing) if other != axis])
        for step in (-1, 1):
            areas += face * (mask & ~np.roll(padded, step, axis)[inner])
    return areas


def tolerance_mm(spacing: Spacing) -> float:
    """Return NSD's tolerance: one voxel's side within the slice, at least 1 mm."""
    return max(LEAST_TOLERANCE_MM, *spacing[1:])
