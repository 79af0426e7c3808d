"""Opening a volume's file and checking that it is complete, checksum included."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import nibabel as nib
from nibabel.analyze import AnalyzeImage
from nibabel.filebasedimages import ImageFileError
from nibabel.fileholders import FileHolder
from nibabel.freesurfer.mghformat import MGHImage
from nibabel.imageglobals import logger as nibabel_logger
from nibabel.openers import ImageOpener
from nibabel.spatialimages import HeaderDataError, SpatialImage
from nibabel.wrapstruct import WrapStructError

UNREADABLE = (
    OSError, EOFError, ValueError, TypeError, LookupError, OverflowError, MemoryError,
    RecursionError, zlib.error, gzip.BadGzipFile,
    ImageFileError, WrapStructError, HeaderDataError,
    nib.orientations.OrientationError,
)  # fmt: skip
"""Errors of nibabel, gzip and numpy for a truncated, overwritten or unrelated file."""
GZIP = b"\x1f\x8b"
MATRIX = "mat"
"""SPM's optional file next to an Analyze pair."""
CHUNK = 2**20
AFTER = 2**26
"""Bytes that may follow the voxels; a file with more is no volume."""


class VolumeError(ValueError):
    """A volume that cannot be used: ``what`` is the reason, ``remedy`` what to do."""

    def __init__(self, path: Path, what: str, remedy: str) -> None:
        super().__init__(f"{path}: {what}; {remedy}")
        self.path, self.what, self.remedy = path, what, remedy


def check_file(path: Path) -> None:
    """Raise VolumeError where there is no file, or its content does not fit its suffix."""
    if path.is_symlink() and not path.exists():  # exists() follows it
        raise VolumeError(path, "is a link to a file that is not there", "fetch that file")
    if path.is_dir():
        raise VolumeError(path, "is a folder, not a file", "put the volume there, or move it away")
    with path.open("rb") as file:
        start = file.read(len(GZIP))
    if not start:
        raise VolumeError(path, "is empty (0 bytes)", "fetch it again")
    if path.suffix == ".gz" and start != GZIP:
        what = "cannot be read: it is not compressed although its name ends in .gz"
        raise VolumeError(path, what, "rename it to .nii if it is a volume, or fetch it again")
    if path.suffix in (".nii", ".hdr", ".img") and start == GZIP:
        what = "cannot be read: it is compressed although its name does not end in .gz"
        raise VolumeError(path, what, f"rename it to {path.name}.gz")


@contextmanager
def open_volume(path: Path) -> Iterator[SpatialImage]:
    """Yield the volume with its header read and its voxels unread.

    On exit the file is read to its end, which verifies a compressed file's checksum, so that a
    flipped bit is an error. Errors of nibabel are not caught.
    """
    with _silence():
        found = nib.load(path)
    if not isinstance(found, SpatialImage):
        raise ImageFileError(f"{type(found).__name__} is no volume")
    if not isinstance(found, AnalyzeImage | MGHImage):  # NIfTI is a kind of Analyze to nibabel
        yield found
        return
    names = {role: str(holder.filename) for role, holder in found.file_map.items()}
    with ExitStack() as stack:
        # nibabel's stubs take a plain file where nibabel itself opens an ImageOpener.
        handles: dict[str, Any] = {
            name: stack.enter_context(ImageOpener(name))
            for name in dict.fromkeys(names.values())
            if name != names.get(MATRIX) or Path(name).exists()
        }
        held = {role: FileHolder(name, handles.get(name)) for role, name in names.items()}
        with _silence():
            image = type(found).from_file_map(held, mmap=False)
        yield image
        for handle in handles.values():
            _read_to_the_end(handle)


@contextmanager
def _silence() -> Iterator[None]:
    """Suppress nibabel's messages on headers it "corrected", which are refused here."""
    before = nibabel_logger.disabled
    nibabel_logger.disabled = True
    try:
        yield
    finally:
        nibabel_logger.disabled = before


def raw_header(image: SpatialImage) -> Any:
    """Return the header as stored in the file, without nibabel's corrections."""
    header_class: Any = image.header_class
    holder = image.file_map.get("header", image.file_map["image"])
    with ImageOpener(str(holder.filename)) as file:
        return header_class.from_fileobj(file, check=False)


def _read_to_the_end(handle: ImageOpener) -> None:
    left = AFTER
    while chunk := handle.read(CHUNK):
        left -= len(chunk)
        if left < 0:
            raise ImageFileError(f"more than {AFTER // CHUNK} MiB follow the voxels")
