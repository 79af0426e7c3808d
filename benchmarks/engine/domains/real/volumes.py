"""Reading of one volume into canonical orientation (RAS+)."""

from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import numpy.typing as npt

from benchmarks.engine.domains.domain import Floats
from benchmarks.engine.domains.real.case import Volume
from benchmarks.engine.domains.real.headers import affine_of, check_content
from benchmarks.engine.domains.real.volume_file import (
    UNREADABLE,
    VolumeError,
    check_file,
    open_volume,
)

TOLERANCE = 0.1
"""Largest distance between the corners of two equal grids, in voxels: headers round."""


@dataclass(frozen=True)
class Grid:
    """Values with axes to the right, anterior and superior; ``affine`` maps voxels to mm."""

    path: Path
    values: Floats
    affine: npt.NDArray[np.float64]

    @property
    def spacing_mm(self) -> npt.NDArray[np.float64]:
        """Return the size of a voxel along each axis, in mm."""
        return np.asarray(nib.affines.voxel_sizes(self.affine))


def read_grid(volume: Volume) -> Grid:
    """Return the volume in canonical orientation; raises VolumeError where it cannot be used."""
    path = volume.path
    try:
        check_file(path)
        values, affine = _canonical(volume)
    except VolumeError:
        raise
    except FileNotFoundError as error:
        remedy = "put it back or correct its name"
        raise VolumeError(path, f"is not there ({error})", remedy) from error
    except EOFError as error:
        raise VolumeError(
            path, f"cannot be read: it is cut short ({error})", "fetch it again"
        ) from error
    except UNREADABLE as error:
        what = f"cannot be read ({type(error).__name__}: {_one_line(error)})"
        raise VolumeError(path, what, "copy or unpack it again") from error
    if bad := int(values.size - np.isfinite(values).sum()):
        what = f"{bad} voxels are NaN or infinite"
        raise VolumeError(path, what, "set them to 0 or fetch the volume again")
    return Grid(path, values, affine)


def _canonical(volume: Volume) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Return values and affine of the 3D image or frame, in RAS+ orientation."""
    # A scaling that goes beyond float32 makes infinite voxels, which are refused later.
    with open_volume(volume.path) as image, np.errstate(over="ignore", invalid="ignore"):
        check_content(image, volume)
        affine = affine_of(image, volume)
        if volume.frame is None:
            values = np.asarray(image.dataobj, dtype=np.float32).reshape(image.shape[:3])
        else:
            values = np.asarray(image.dataobj[..., volume.frame], dtype=np.float32)
    turn = nib.orientations.io_orientation(affine)
    back = nib.orientations.inv_ornt_aff(turn, values.shape)
    return nib.orientations.apply_orientation(values, turn), affine @ back


def grid_difference(one: Grid, other: Grid) -> str:
    """Return how the grids differ, or an empty string where all voxels coincide."""
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


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
