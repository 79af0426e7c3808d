"""Finds the machine's fault behind an error: a full disk, no memory, no permission.

Pure. The engine, which ends its run at such a fault, and the worker use it.
"""

import errno
import re
import tempfile
from pathlib import Path

AGAIN = "then run it again; finished steps are kept"
SPACE = f"free some space (`manage.py prune_runs` removes what old runs left), {AGAIN}"
ROOM_TO_TRY = 1 << 20
"""Bytes written on trial to find out why a library could not write."""

FAULTS = {
    errno.ENOSPC: f"the disk is full: {SPACE}",
    errno.EDQUOT: f"the disk quota is used up: {SPACE}",
    errno.EFBIG: f"a file grew beyond the size allowed here: raise the limit, {AGAIN}",
    errno.EROFS: f"the file system is read-only: make it writable, {AGAIN}",
    errno.EACCES: f"a file may not be read or written: correct its permissions, {AGAIN}",
    errno.EPERM: f"the system forbids an operation on a file: correct its permissions, {AGAIN}",
    errno.EMFILE: f"too many files are open: raise the limit (`ulimit -n`), {AGAIN}",
    errno.ENFILE: f"the machine has too many files open: end other programs, {AGAIN}",
    errno.EIO: f"the disk reports an error when read or written: check the disk, {AGAIN}",
    errno.ENOMEM: f"the machine is out of memory: end other programs or use fewer lanes, {AGAIN}",
}
UNKNOWN_WRITE_FAULT = (
    f"a file could not be written whole: check the disk's space and limits, {AGAIN}"
)

DATABASE_MESSAGES = {
    "database or disk is full": errno.ENOSPC,
    "attempt to write a readonly database": errno.EROFS,
}
NO_MEMORY = re.compile(r"DefaultCPUAllocator|Cannot allocate memory|std::bad_alloc")
SHORT_WRITE = re.compile(
    r"inline_container\.cc.*(unexpected pos|file write)|PytorchStreamWriter"
    r"|\d+ requested and \d+ written|File .* cannot be opened",
    re.DOTALL,
)
"""Messages of torch and numpy about failed writes that carry no error number."""


def machine_fault(error: BaseException, folder: Path | None = None) -> str:
    """Return the machine's fault behind an error with its remedy; an empty text without one.

    ``folder`` is where the failed work wrote. Where a library hides why it could not write, a trial
    file is written there to find out. The text holds no path, since anybody may read it.
    """
    for one in _causes(error):
        if isinstance(one, MemoryError):
            return FAULTS[errno.ENOMEM]
        if numbers := [number for text, number in DATABASE_MESSAGES.items() if text in str(one)]:
            return FAULTS[numbers[0]]
        if isinstance(one, OSError) and one.errno in FAULTS:
            return FAULTS[one.errno] + _name(one)
        if isinstance(one, OSError | RuntimeError) and not getattr(one, "errno", None):
            text = str(one)
            if NO_MEMORY.search(text):
                return FAULTS[errno.ENOMEM]
            if SHORT_WRITE.search(text):
                return _why_not_written(folder)
    return ""


def _causes(error: BaseException) -> list[BaseException]:
    """Return the error and those that it was raised from."""
    found = [error]
    while (cause := found[-1].__cause__) is not None and cause not in found:
        found.append(cause)
    return found


def _name(error: OSError) -> str:
    """Return the file's own name for a fault of permissions, else an empty text."""
    if error.errno not in (errno.EACCES, errno.EPERM) or not error.filename:
        return ""
    return f" (file {Path(str(error.filename)).name})"


def _why_not_written(folder: Path | None) -> str:
    if folder is None or not folder.is_dir():
        return UNKNOWN_WRITE_FAULT
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            left = ROOM_TO_TRY
            while left > 0:
                left -= file.write(bytes(left))
    except OSError as error:
        return FAULTS.get(error.errno or 0, UNKNOWN_WRITE_FAULT)
    return UNKNOWN_WRITE_FAULT
