"""Reading and checking of the user's own tasks: a JSON file with paths of arrays.

The format is described in docs/source-selection.md. Every error names the file, the field and the
remedy.
"""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.engine.domains.real.volume_file import UNREADABLE, open_volume
from benchmarks.engine.methods.transferability.roi_similarity import Pairing
from reviewdb.common.json_object import JsonObject
from reviewdb.common.tables_in.csv_text import read_text
from reviewdb.common.tables_in.problems import Problems

PAIRINGS: tuple[Pairing, ...] = ("paired", "crossed")
REQUIRED = ("name", "modality", "region")
TARGET_FIELDS = (*REQUIRED, "masks", "labels")
CANDIDATE_FIELDS = (
    *REQUIRED,
    "masks",
    "pairing",
    "roi_similarity",
    "scores",
    "target_features",
    "source_features",
    "source_labels",
)
NIFTI = (".nii", ".nii.gz")
AXES = {"masks": 3, "labels": 3, "source_labels": 3, "target_features": 4, "source_features": 4}
SHAPES = {3: "(images, height, width)", 4: "(images, channels, height, width)"}


class TaskFileError(ValueError):
    """A file of tasks that cannot be used: path, field, and the reason with its remedy."""

    def __init__(self, path: Path, field: str, reason: str) -> None:
        self.path, self.field, self.reason = path, field, reason
        super().__init__(f"{path}: {field}: {reason}")


@dataclass(frozen=True)
class Described:
    """One task's fields in the file; ``where`` is its place in the JSON."""

    path: Path
    where: str
    fields: JsonObject

    def refuse(self, field: str, reason: str) -> TaskFileError:
        """Return the error for one of the task's fields."""
        return TaskFileError(self.path, f"{self.where}.{field}", reason)

    def text(self, field: str) -> str:
        """Return a required string."""
        value = self.fields.get(field)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(field, f"must be a word in quotes, got {value!r}")
        return value.strip()

    def number(self, field: str) -> float | None:
        """Return a number, or None where the field is absent or null."""
        value = self.fields.get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(field, f"must be a number, got {value!r}")
        return float(value)

    def numbers(self, field: str) -> dict[str, float | None]:
        """Return numbers by name, an empty mapping where the field is absent."""
        values = self.fields.get(field, {})
        if not isinstance(values, Mapping):
            raise self.refuse(field, 'must be like {"h_score": 0.4}')
        inner = Described(self.path, f"{self.where}.{field}", values)
        return {name: inner.number(name) for name in values}

    def array(self, field: str) -> Tensor | None:
        """Return the array that the field names, or None where the field is absent."""
        if self.fields.get(field) is None:
            return None
        name, _, member = self.text(field).partition("#")
        path = self.path.parent / name
        try:
            found = _read(path, member)
        except (*UNREADABLE, zipfile.BadZipFile) as error:
            raise self.refuse(field, f"{name} cannot be read ({error}); {REMEDY}") from error
        if found.ndim != AXES[field]:
            shape = SHAPES[AXES[field]]
            raise self.refuse(field, f"{name} has shape {found.shape}, but must be {shape}")
        if found.dtype.kind not in "biuf":
            raise self.refuse(field, f"{name} holds {found.dtype}, but must hold numbers")
        kind = np.int64 if found.dtype.kind in "bu" else found.dtype
        return torch.from_numpy(np.ascontiguousarray(found.astype(kind)))


REMEDY = "give a path relative to this file, of a .npy, .npz (as file.npz#array) or NIfTI file"


def read_tasks(path: Path) -> tuple[Described, list[Described]]:
    """Return the target and its candidates; raises TaskFileError."""
    problems = Problems()
    text = read_text(path, problems)
    if text is None:
        (place, (reason, *_)), *_ = problems.errors.items()
        raise TaskFileError(path, "file", f"is no readable JSON ({place}: {reason})")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TaskFileError(path, "file", f"is no readable JSON ({error})") from error
    if not isinstance(content, dict) or set(content) != {"target", "candidates"}:
        raise TaskFileError(path, "file", 'must be {"target": {...}, "candidates": [{...}, ...]}')
    if not isinstance(content["candidates"], list):
        raise TaskFileError(path, "candidates", "must be a list of tasks")
    candidates = [
        _described(path, f"candidates[{place}]", fields, CANDIDATE_FIELDS)
        for place, fields in enumerate(content["candidates"])
    ]
    return _described(path, "target", content["target"], TARGET_FIELDS), candidates


def _described(path: Path, where: str, fields: Any, known: tuple[str, ...]) -> Described:
    if not isinstance(fields, dict):
        raise TaskFileError(path, where, "must be a task, {...}")
    if unknown := sorted(set(fields) - set(known)):
        reason = f"is not known; known are: {', '.join(known)}"
        raise TaskFileError(path, f"{where}.{unknown[0]}", reason)
    return Described(path, where, fields)


def _read(path: Path, member: str) -> NDArray[Any]:
    """Return the array, its first axis the images."""
    if path.name.lower().endswith(NIFTI):
        return _slices_first(_volume(path))
    found = np.load(path, allow_pickle=False)
    if not isinstance(found, np.lib.npyio.NpzFile):
        return np.asarray(found)
    with found:
        if not member and len(found.files) > 1:
            message = f"it holds {', '.join(found.files)}: say which, as {path.name}#NAME"
            raise ValueError(message)
        return np.asarray(found[member or found.files[0]])


def _volume(path: Path) -> NDArray[Any]:
    with open_volume(path) as image:
        return np.asarray(image.dataobj)


def _slices_first(volume: NDArray[Any]) -> NDArray[Any]:
    """Return (slices, x, y) of (x, y, slices), or (slices, c, x, y) of (x, y, slices, c)."""
    return volume.transpose(2, 0, 1) if volume.ndim == 3 else volume.transpose(2, 3, 0, 1)
