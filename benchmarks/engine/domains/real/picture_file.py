"""Reading of one 2D image, PNG, JPEG, TIFF or DICOM, as grey values."""

import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
from PIL import Image, ImageOps, UnidentifiedImageError
from pydicom.errors import InvalidDicomError
from pydicom.pixels.processing import apply_modality_lut

from benchmarks.engine.domains.domain import Floats
from benchmarks.engine.domains.real.likeness import Fingerprint, fingerprint_of
from benchmarks.engine.domains.real.volume_file import VolumeError

ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".dcm", ".dicom"})
"""Endings of files that are taken for images; what they hold is told by their content."""
FORMATS = ("PNG", "JPEG", "TIFF")
PREAMBLE, MAGIC = 128, b"DICM"
LEAST_PIXELS = 16
"""Least height and width of an image."""
SPREAD, COLOURED = 40, 0.01
"""A pixel whose channels differ by more than SPREAD of 255 is coloured; most share that may be."""
WHITE_IS_ZERO, PHOTOMETRIC = 0, 262
GREY = ("MONOCHROME1", "MONOCHROME2")
AGAIN = "fetch or save it again"
REMEMBERED = 20_000
Problems = (
    OSError, EOFError, ValueError, TypeError, KeyError, AttributeError, IndexError, RuntimeError,
    NotImplementedError, MemoryError, OverflowError, SyntaxError, UnidentifiedImageError,
    InvalidDicomError, Image.DecompressionBombError,
)  # fmt: skip
"""Errors of Pillow and pydicom for a truncated, overwritten or unrelated file."""


@dataclass(frozen=True)
class Picture:
    """Grey values (rows, columns), bright is much; ``aspect`` is a pixel's height over its width.

    ``person`` is the DICOM patient, empty where the file names none.
    """

    values: Floats
    aspect: float = 1.0
    person: str = ""


def is_picture(path: Path) -> bool:
    """Return whether the file is taken for an image: by its ending, or as DICOM without one."""
    if path.is_dir():
        return False
    if path.suffix:
        return path.suffix.lower() in ENDINGS
    return path.exists() and _is_dicom(path)


def read_picture(path: Path, *, may_be_blank: bool = False) -> Picture:
    """Return the image; raises VolumeError, with what is wrong and the remedy.

    Colour that is none (equal channels) becomes grey, what is transparent black; EXIF's orientation
    is applied. Of DICOM, the rescale slope is applied, windows are not, and MONOCHROME1 is
    inverted. Several frames or pages and true colour are refused, and an image of one value unless
    it ``may_be_blank``, as a mask.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = _dicom(path) if _is_dicom(path) else _plain(path)
    except VolumeError:
        raise
    except FileNotFoundError as error:
        raise VolumeError(path, "is not there", "put it back or correct its name") from error
    except UnidentifiedImageError as error:
        what = "is no PNG, JPEG, TIFF or DICOM image"
        raise VolumeError(path, what, "save it as one of these, or remove it") from error
    except Problems as error:
        what = f"cannot be read ({type(error).__name__}: {' '.join(str(error).split())})"
        raise VolumeError(path, what, AGAIN) from error
    _check(path, picture.values, may_be_blank=may_be_blank)
    return picture


def fingerprint_at(path: Path) -> tuple[Fingerprint, str]:
    """Return the image's hash and its DICOM patient; read once while the file does not change.

    Raises VolumeError as `read_picture` does.
    """
    try:
        status = path.stat()
    except OSError:
        return _fingerprint(path, 0, 0)
    return _fingerprint(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=REMEMBERED)
def _fingerprint(path: Path, _size: int, _changed: int) -> tuple[Fingerprint, str]:
    picture = read_picture(path)
    return fingerprint_of(picture.values - picture.values.min()), picture.person


def _plain(path: Path) -> Picture:
    with Image.open(path, formats=FORMATS) as image:
        if (frames := getattr(image, "n_frames", 1)) > 1:
            raise VolumeError(path, f"holds {frames} pages", "save each as a file of its own")
        is_inverted = (
            image.format == "TIFF"
            and image.mode.startswith("I;16")
            and _tiff_tag(image, PHOTOMETRIC) == WHITE_IS_ZERO
        )
        upright = ImageOps.exif_transpose(image)
        upright.load()
        return Picture(_inverted(_grey(path, upright), 2**16 - 1, is_inverted=is_inverted))


def _tiff_tag(image: Any, tag: int) -> Any:
    return image.tag_v2.get(tag)


def _inverted(values: Floats, most: float, *, is_inverted: bool) -> Floats:
    return np.asarray(most - values, dtype=np.float32) if is_inverted else values


def _grey(path: Path, image: Image.Image) -> Floats:
    """Return grey values of any mode, what is transparent as black."""
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode == "YCbCr":
        image = image.convert("RGB")
    if image.mode == "CMYK":
        raise VolumeError(path, "has the colours of print (CMYK)", "save it as grey values")
    values: Floats = np.asarray(image, dtype=np.float32)
    if values.ndim == 2:
        return values * (255.0 if image.mode == "1" else 1.0)
    if image.mode in ("LA", "RGBA"):
        values = values[..., :-1] * (values[..., -1:] / np.float32(255))
    return _without_colour(path, values)


def _without_colour(path: Path, values: Floats) -> Floats:
    """Return the mean (rows, columns) of about equal channels (rows, columns, channels)."""
    share = float((np.ptp(values, axis=-1) > SPREAD).mean())
    if share > COLOURED:
        what = f"is coloured in {share:.0%} of its pixels: a colour map or a drawing"
        raise VolumeError(path, what, "save the grey values that the scanner made")
    return np.asarray(values.mean(axis=-1), dtype=np.float32)


def _is_dicom(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(PREAMBLE + len(MAGIC))
    return start[PREAMBLE:] == MAGIC


def _dicom(path: Path) -> Picture:
    data = pydicom.dcmread(path)
    if "PixelData" not in data:
        raise VolumeError(path, "is a DICOM file without an image", "remove it")
    frames = int(data.get("NumberOfFrames", 1) or 1)
    if frames > 1:
        remedy = "save each frame as a file of its own, or convert it to NIfTI for the world csv"
        raise VolumeError(path, f"holds {frames} frames", remedy)
    kind = str(data.get("PhotometricInterpretation", ""))
    if kind not in (*GREY, "RGB"):
        raise VolumeError(path, f"has pixels of kind {kind or 'unknown'}", "save it as grey values")
    values: Floats = np.asarray(apply_modality_lut(_pixels(path, data), data), dtype=np.float32)
    if kind == "RGB":
        return Picture(_without_colour(path, values), _aspect(data), _patient(data))
    most = float(values.max() + values.min())
    values = _inverted(values, most, is_inverted=kind == GREY[0])
    return Picture(values, _aspect(data), _patient(data))


def _patient(data: pydicom.Dataset) -> str:
    return str(data.get("PatientID", "") or "").strip()


def _pixels(path: Path, data: pydicom.Dataset) -> npt.NDArray[Any]:
    try:
        return data.pixel_array
    except (RuntimeError, NotImplementedError) as error:
        name = data.file_meta.TransferSyntaxUID.name
        what = f"is compressed in a way that is not read here ({name})"
        raise VolumeError(path, what, "save it uncompressed, as gdcmconv --raw does") from error


def _aspect(data: pydicom.Dataset) -> float:
    spacing = data.get("PixelSpacing") or (1.0, 1.0)
    height, width = (float(size) for size in spacing)
    return height / width if height > 0 and width > 0 else 1.0


def _check(path: Path, values: Floats, *, may_be_blank: bool) -> None:
    if min(values.shape) < LEAST_PIXELS:
        what = f"is {values.shape[1]} x {values.shape[0]} pixels"
        raise VolumeError(path, what, f"give at least {LEAST_PIXELS} x {LEAST_PIXELS}")
    if not np.isfinite(values).all():
        raise VolumeError(path, "holds NaN or infinite numbers", AGAIN)
    if values.min() == values.max() and not may_be_blank:
        raise VolumeError(path, "shows nothing: all its pixels are alike", AGAIN)
