"""Smooth random fields on grids, interpolation, and diffeomorphisms from velocity fields.

Fields are drawn on grids of fixed size in mm, so that a subject is the same at every image size.
All coordinates are those of the 1 mm template.
"""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from benchmarks.engine.domains.domain import Floats

SQUARINGS = 5
FWHM_PER_SIGMA = 2.355


def smooth_noise(
    rng: np.random.Generator, shape: Sequence[int], *, grid_mm: float, fwhm_mm: float
) -> Floats:
    """Return Gaussian noise with that correlation length, mean 0 and standard deviation 1."""
    noise = rng.standard_normal(tuple(shape), dtype=np.float32)
    smooth = ndimage.gaussian_filter(noise, fwhm_mm / FWHM_PER_SIGMA / grid_mm, mode="wrap")
    smooth -= smooth.mean()
    return np.asarray(smooth / smooth.std(), dtype=np.float32)


def sample(field: Floats, points: Floats, *, grid_mm: float, mode: str = "nearest") -> Floats:
    """Return the field, (x, y, z) or (channels, x, y, z), at points (3, n) given in mm."""
    index = points / np.float32(grid_mm)
    if field.ndim == 3:
        return _interpolate(field, index, mode)
    return np.stack([_interpolate(channel, index, mode) for channel in field])


def _interpolate(channel: Floats, index: Floats, mode: str) -> Floats:
    values = ndimage.map_coordinates(channel, index, order=1, mode=mode, output=np.float32)
    return np.asarray(values)


def grid_points(shape: Sequence[int], *, grid_mm: float) -> Floats:
    """Return the coordinates in mm of every node of a grid: (3, nodes)."""
    nodes = np.indices(tuple(shape), dtype=np.float32).reshape(3, -1)
    return np.asarray(nodes * np.float32(grid_mm))


def exponential(velocity: Floats, *, grid_mm: float) -> Floats:
    """Return the displacement of the flow along a stationary velocity field, both (3, x, y, z).

    Scaling and squaring (Arsigny et al. 2006): a short step is composed with itself repeatedly,
    which keeps the map invertible where one long step would fold.
    """
    shape = velocity.shape[1:]
    points = grid_points(shape, grid_mm=grid_mm)
    displacement = velocity.reshape(3, -1) / np.float32(2**SQUARINGS)
    for _ in range(SQUARINGS):
        field = displacement.reshape(velocity.shape)
        displacement = displacement + sample(field, points + displacement, grid_mm=grid_mm)
    return displacement.reshape(velocity.shape)
