"""The store of steps' outputs by address: written atomically, checked when read."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.engine.errors import DamagedOutputError
from benchmarks.plan.outputs import DRAFTS, leftovers, step_folder
from reviewdb.common.json_object import JsonObject
from reviewdb.common.processes import process_name

MANIFEST = "manifest.json"
OUTPUTS = "outputs.json"
ARITHMETIC = "arithmetic.txt"


def file_digest(path: Path) -> str:
    """Return the file's SHA-256."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


class Store:
    """A folder of finished steps: one sub-folder each, with a manifest of file digests."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._drafts = root / DRAFTS / process_name()
        self._verified: set[str] = set()
        self._partial: set[str] = set()

    def folder(self, address: str) -> Path:
        """Return the folder of the step's files, finished or not."""
        return step_folder(self.root, address, is_partial=address in self._partial)

    def has(self, address: str) -> bool:
        """Return whether the step is finished; raises DamagedOutputError for a damaged file."""
        folder = self.folder(address)
        if not folder.exists():
            return False
        if address not in self._verified:
            _verify(folder)
            self._verified.add(address)
        return True

    def outputs(self, address: str) -> JsonObject:
        """Return the step's JSON outputs."""
        outputs: JsonObject = json.loads((self.folder(address) / OUTPUTS).read_text("utf-8"))
        return outputs

    def arithmetic(self, address: str) -> str:
        """Return the arithmetic that a finished step was computed in; empty if not known."""
        path = self.folder(address) / ARITHMETIC
        return path.read_text("utf-8").strip() if path.exists() else ""

    def digest(self, address: str, name: str) -> str:
        """Return the SHA-256 of one of a finished step's files."""
        digests = json.loads((self.folder(address) / MANIFEST).read_text("utf-8"))
        return str(digests[name])

    def discard(self, address: str) -> None:
        """Remove a step, damaged or of another arithmetic, so that it is computed again."""
        self._verified.discard(address)
        shutil.rmtree(self.folder(address), ignore_errors=True)

    def set_aside(self, address: str) -> None:
        """Move a partial step, computed although a parent failed, out of the finished ones.

        It is used in this run only: the next run, in which the parent may succeed, must not find
        it.
        """
        self._partial.add(address)

    @contextmanager
    def draft(self, address: str) -> Iterator[Path]:
        """Yield an empty folder, which becomes the step's folder only if the block succeeds."""
        if address in self._partial:
            self.discard(address)
        self._drafts.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{address[:12]}-", dir=self._drafts))
        try:
            yield folder
            self._publish(folder, address)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):  # another draft of this process is still in it
                self._drafts.rmdir()

    def _publish(self, draft: Path, address: str) -> None:
        digests = {path.name: file_digest(path) for path in sorted(draft.iterdir())}
        manifest = draft / MANIFEST
        manifest.write_text(json.dumps(digests, indent=1), encoding="utf-8")
        _flush_to_disk(draft)
        final = self.folder(address)
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.rename(final)
        except OSError:
            if not final.exists():
                raise
            # Another engine finished the same step first; its output is equivalent.
            _verify(final)
        self._verified.add(address)


def sweep_leftovers(root: Path) -> None:
    """Remove drafts of killed engines."""
    for place in leftovers(root):
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)


def write_outputs(folder: Path, outputs: Mapping[str, object], arithmetic: str = "") -> None:
    """Write the step's JSON outputs, and what they were computed on, into its draft folder."""
    text = json.dumps(outputs, allow_nan=False)
    if arithmetic:
        (folder / ARITHMETIC).write_text(f"{arithmetic}\n", encoding="utf-8")
    (folder / OUTPUTS).write_text(text, encoding="utf-8")


def _verify(folder: Path) -> None:
    try:
        digests = json.loads((folder / MANIFEST).read_text("utf-8"))
        damaged = [name for name, digest in digests.items() if file_digest(folder / name) != digest]
    except (OSError, ValueError) as error:
        message = f"stored step {folder.name[:12]} is not whole: {error}"
        raise DamagedOutputError(message) from error
    if damaged or OUTPUTS not in digests:
        message = f"stored step {folder.name[:12]} is damaged: {', '.join(damaged) or OUTPUTS}"
        raise DamagedOutputError(message)


def _flush_to_disk(folder: Path) -> None:
    for path in folder.iterdir():
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
