"""Checks of a volume's header before any voxel is read."""

from math import prod
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
from nibabel.analyze import AnalyzeImage
from nibabel.nifti1 import Nifti1Pair
from nibabel.spatialimages import SpatialImage

from benchmarks.engine.domains.real.case import Volume
from benchmarks.engine.domains.real.volume_file import MATRIX, VolumeError, raw_header

MOST_VOXELS = 2**28
"""Most voxels of a 3D volume (645 along each axis, 1 GiB as float32); more is a header error."""
GZIP_RATIO = 1032
"""gzip's largest compression ratio; a header that promises more does not fit its file."""
SPACING_MM = (0.05, 30.0)
ROUNDED = 0.1
"""Relative difference up to which two fields of a header agree."""
STEEPEST = 40.0
"""Degrees by which axes may be rotated: from 45 the superior axis is ambiguous."""
SKEWEST = 10.0
"""Degrees by which the angle between two axes may differ from 90."""
STRAIGHTEN = "resample it to a straight grid"
SCANNER, ALIGNED = 1, 2
"""NIfTI codes for which qform and sform are both in subject space; others are templates."""
SIDES = "set qform or sform after the scan that it was made from"
Affine = npt.NDArray[np.float64]


def check_content(image: SpatialImage, volume: Volume) -> None:
    """Raise VolumeError for a header that describes no volume, or more than its file can hold."""
    path, shape, kind = volume.path, image.shape, image.get_data_dtype()
    if kind.kind == "c":
        raise VolumeError(path, f"holds complex numbers ({kind})", "save the magnitude")
    if kind.kind not in "biuf":
        what = f"holds no grey values but {', '.join(kind.names or [str(kind)])} in each voxel"
        raise VolumeError(path, what, "save one grey value for each voxel")
    if isinstance(image, Nifti1Pair) and np.isinf(raw_header(image)["scl_slope"]):
        raise VolumeError(path, "its scaling is infinite (scl_slope)", "correct the header")
    _check_shape(volume, tuple(int(size) for size in shape))
    if prod(map(int, shape[:3])) > MOST_VOXELS:
        what = f"is {_times(shape)} voxels, more than {MOST_VOXELS} that are read"
        raise VolumeError(path, what, "correct the header's dimensions, or resample it")
    _check_size(path, image, prod(map(int, shape)) * kind.itemsize)


def affine_of(image: SpatialImage, volume: Volume) -> Affine:
    """Return the affine from voxels to mm; raises VolumeError where it is not certain."""
    path = volume.path
    affine = np.asarray(image.affine, dtype=np.float64)
    if not np.isfinite(affine).all():
        raise VolumeError(path, "its affine holds NaN or infinite numbers", SIDES)
    if isinstance(image, Nifti1Pair):
        affine = _affine_of_nifti(image, volume, affine)
    elif isinstance(image, AnalyzeImage) and not _has_matrix(image):
        affine = _affine_by_name(image, volume, "Analyze has no field for it")
    _check_axes(path, affine)
    return affine


def _check_shape(volume: Volume, shape: tuple[int, ...]) -> None:
    path, frame = volume.path, volume.frame
    plain = shape[:3] + tuple(size for size in shape[3:] if size != 1)
    if min(plain, default=0) < 1:
        what = f"has {_times(shape)} voxels"
        raise VolumeError(path, what, "fetch it again, or correct the header's dimensions")
    if frame is not None and (len(plain) > 4 or frame >= (shape[3] if len(shape) > 3 else 1)):
        what = f"is {_times(shape)} and has no frame {frame} (the first is 0)"
        raise VolumeError(path, what, "correct the modalities in dataset.json")
    if len(plain if frame is None else plain[:3]) != 3:
        raise VolumeError(path, f"is {_times(shape)}, not 3D", "split it, or name another file")
    if min(plain[:3]) < 2:
        raise VolumeError(path, f"is one slice, {_times(shape)}", "name a volume, not a slice")


def _check_size(path: Path, image: SpatialImage, promised: int) -> None:
    name = Path(str(image.file_map["image"].filename)) if "image" in image.file_map else path
    held = name.stat().st_size
    most = held * GZIP_RATIO if name.suffix == ".gz" else held
    if name.suffix in (".gz", ".nii", ".img") and promised > most:
        what = f"is cut short or its header is wrong: {promised} bytes promised, {held} in the file"
        raise VolumeError(path, what, "fetch it again")


def _affine_of_nifti(image: Nifti1Pair, volume: Volume, affine: Affine) -> Affine:
    header: Any = image.header
    raw = raw_header(image)
    by_quaternion, by_matrix = int(header["qform_code"]) > 0, int(header["sform_code"]) > 0
    sizes = np.asarray(raw["pixdim"][1:4], dtype=np.float64)
    if not by_matrix:
        _check_sizes(volume.path, sizes)
    if not by_quaternion and not by_matrix:
        return _affine_by_name(image, volume, "qform_code and sform_code are 0")
    if by_matrix:
        _check_agreement(header, volume.path, sizes)
    return affine


def _affine_by_name(image: SpatialImage, volume: Volume, reason: str) -> Affine:
    """Return the centred affine with the data set's axes, for headers without orientation."""
    if not volume.axes:
        what = f"does not define which side is left: {reason}"
        raise VolumeError(volume.path, what, SIDES)
    sizes = np.asarray(raw_header(image)["pixdim"][1:4], dtype=np.float64)
    _check_sizes(volume.path, sizes)
    axes = nib.orientations.axcodes2ornt(volume.axes)
    affine = np.eye(4)
    affine[:3, :3] = 0
    affine[axes[:, 0].astype(int), range(3)] = axes[:, 1] * sizes
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(image.shape[:3]) - 1) / 2)
    return affine


def _has_matrix(image: AnalyzeImage) -> bool:
    """Return whether SPM wrote the orientation into a .mat file next to the pair."""
    holder = image.file_map.get(MATRIX)
    return holder is not None and Path(str(holder.filename)).exists()


def _check_sizes(path: Path, sizes: Affine) -> None:
    if not (np.isfinite(sizes).all() and (sizes > 0).all()):
        what = f"has voxels of {_times(sizes)} mm (pixdim)"
        raise VolumeError(path, what, "correct the header, or fetch it again")


def _check_agreement(header: Any, path: Path, sizes: Affine) -> None:
    """Raise VolumeError where qform or pixdim contradict sform, which is used."""
    codes = int(header["qform_code"]), int(header["sform_code"])
    matrix = header.get_sform()[:3, :3]
    lengths = np.linalg.norm(matrix, axis=0)
    is_same_space = codes[1] in (SCANNER, ALIGNED)
    are_sizes = np.isfinite(sizes).all() and (sizes > 0).all()
    if is_same_space and are_sizes and not np.allclose(lengths, sizes, rtol=ROUNDED):
        what = f"has voxels of {_times(sizes)} mm by pixdim, {_times(lengths)} mm by sform"
        raise VolumeError(path, what, "correct the header")
    if codes[0] <= 0 or not lengths.all():
        return
    other = header.get_qform()[:3, :3]
    if not np.isfinite(other).all() or not np.isfinite(matrix).all():
        return
    if _sides(matrix) != _sides(other) or (
        codes[0] == codes[1] and np.abs(matrix - other).max() > ROUNDED * lengths.max()
    ):
        what = (
            f"qform (axes {_sides(other)}) and sform (axes {_sides(matrix)}) contradict each other"
        )
        raise VolumeError(path, what, "find out which is right and write it into both")


def _sides(matrix: Affine) -> str:
    return "".join(
        str(code) for code in nib.orientations.aff2axcodes(nib.affines.from_matvec(matrix))
    )


def _check_axes(path: Path, affine: Affine) -> None:
    sizes = nib.affines.voxel_sizes(affine)
    low, high = SPACING_MM
    if (sizes < low).any() or (sizes > high).any():
        what = f"has voxels of {_times(sizes)} mm"
        remedy = f"correct the header: sizes must be in mm, from {low:g} to {high:g}"
        raise VolumeError(path, what, remedy)
    axes = affine[:3, :3] / sizes
    between = np.abs(axes.T @ axes - np.eye(3)).max()
    if between > np.sin(np.deg2rad(SKEWEST)):
        raise VolumeError(path, "its axes are not at right angles", STRAIGHTEN)
    turned = np.rad2deg(np.arccos(np.clip(np.abs(axes).max(axis=0), 0, 1))).max()
    if turned > STEEPEST:
        what = f"its axes are turned by {turned:.0f} degrees: the superior axis is ambiguous"
        raise VolumeError(path, what, STRAIGHTEN)


def _times(numbers: object) -> str:
    return " x ".join(f"{number:g}" for number in np.asarray(numbers).tolist())
