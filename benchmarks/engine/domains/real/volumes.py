"""One volume from its file, in the canonical orientation: right, front and top come last."""

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import numpy.typing as npt
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError, SpatialImage
from nibabel.wrapstruct import WrapStructError

from benchmarks.engine.domains.domain import Floats
from benchmarks.engine.domains.real.case import Volume

UNREADABLE = (
    OSError, EOFError, ValueError, LookupError, OverflowError, zlib.error, gzip.BadGzipFile,
    ImageFileError, WrapStructError, HeaderDataError,
    nib.orientations.OrientationError,
)  # fmt: skip
"""What nibabel, gzip and numpy raise for a file cut short, overwritten or of another kind."""
TOLERANCE = 0.1
"""How far the corners of two grids may lie apart, in voxels: headers round."""


class VolumeError(ValueError):
    """A volume that cannot be used: ``what`` is wrong, and its ``remedy``."""

    def __init__(self, path: Path, what: str, remedy: str) -> None:
        super().__init__(f"{path}: {what}; {remedy}")
        self.path, self.what, self.remedy = path, what, remedy


@dataclass(frozen=True)
class Grid:
    """Values (right, front, up) and where they are: ``affine`` leads from voxels to mm."""

    path: Path
    values: Floats
    affine: npt.NDArray[np.float64]

    @property
    def spacing_mm(self) -> npt.NDArray[np.float64]:
        """Return the size of a voxel along each axis."""
        return np.asarray(nib.affines.voxel_sizes(self.affine))


def read_grid(volume: Volume) -> Grid:
    """Return the volume in canonical orientation; raises VolumeError where it cannot be used."""
    path = volume.path
    try:
        values, affine = _canonical(volume)
    except FileNotFoundError as error:
        remedy = "put it back or correct its name"
        raise VolumeError(path, f"is not there ({error})", remedy) from error
    except UNREADABLE as error:
        what = f"cannot be read ({type(error).__name__}: {error})"
        raise VolumeError(path, what, "copy or unpack it again") from error
    _check_values(path, values)
    return Grid(path, values, affine)


def _canonical(volume: Volume) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Return values and affine of the 3D image meant, its axes running right, front and up."""
    image = nib.load(volume.path)
    if not isinstance(image, SpatialImage):
        raise ImageFileError(f"{type(image).__name__} is no volume")
    if volume.frame is not None:
        image = image.slicer[..., volume.frame]
    image = nib.as_closest_canonical(nib.funcs.squeeze_image(image))
    return np.asarray(image.dataobj, dtype=np.float32), np.asarray(image.affine, dtype=np.float64)


def grid_difference(one: Grid, other: Grid) -> str:
    """Return how the grids differ, or nothing where each voxel of one is that of the other."""
    if one.values.shape != other.values.shape:
        return f"shape {one.values.shape} differs from {other.values.shape}"
    sizes = np.array(one.values.shape) - 1
    corners = np.array(np.meshgrid(*[(0, size) for size in sizes])).reshape(3, -1).T
    apart = nib.affines.apply_affine(one.affine, corners) - nib.affines.apply_affine(
        other.affine, corners
    )
    farthest = float(np.linalg.norm(apart, axis=1).max())
    if farthest <= TOLERANCE * float(one.spacing_mm.min()):
        return ""
    return f"affine differs: corners lie up to {farthest:.1f} mm apart"


def _check_values(path: Path, values: Floats) -> None:
    if values.ndim != 3:
        shape = " x ".join(map(str, values.shape))
        raise VolumeError(path, f"is {shape}, not 3D", "split it, or name another file")
    if min(values.shape) < 2:
        raise VolumeError(path, f"is one slice, {values.shape}", "name a volume, not a slice")
    if bad := int((~np.isfinite(values)).sum()):
        what = f"{bad} voxels are NaN or infinite"
        raise VolumeError(path, what, "set them to 0 or fetch the volume again")
