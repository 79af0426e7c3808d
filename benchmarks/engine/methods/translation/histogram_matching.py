"""The monotone map of intensities that matches histograms.

Histogram matching sends a value x to F_reference^-1(F_image(x)) with the empirical distribution
functions F (Gonzalez and Woods, section 3.3); inverted by linear interpolation, as scikit-image
does. Only voxels within a mask are used and changed, so that background, most of a brain image, has
no influence; the mask is ours.
"""

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.floating]
Mask = NDArray[np.bool_]


def match_histogram(
    image: Image, reference: Image, *, mask: Mask | None = None, reference_mask: Mask | None = None
) -> Image:
    """Return ``image`` with the values' distribution of ``reference``; shapes may differ."""
    inside, there = _masked(image, mask), _masked(reference, reference_mask)
    _, lookup, counts = np.unique(inside, return_inverse=True, return_counts=True)
    values, reference_counts = np.unique(there, return_counts=True)
    levels = np.cumsum(counts) / inside.size
    matched = np.interp(levels, np.cumsum(reference_counts) / there.size, values)
    return _put(image, matched[lookup], mask)


def _masked(image: Image, mask: Mask | None) -> Image:
    values = image.ravel() if mask is None else image[mask]
    if not values.size:
        raise ValueError("no voxel to match: the mask or the image is empty")
    return values


def _put(image: Image, values: Image, mask: Mask | None) -> Image:
    if mask is None:
        return values.reshape(image.shape).astype(image.dtype, copy=False)
    result = image.copy()
    result[mask] = values
    return result
