"""Values of label volumes: whole numbers, told from what only looks like them."""

from collections.abc import Collection

import numpy as np

from benchmarks.engine.domains.domain import Floats

NEARLY = 1e-3
"""How far a value may lie from the whole number that it stands for: scaling rounds."""
FEW = 6
COUNTED = 2**16
"""Values below it are counted rather than sorted, which is ten times as fast."""


def whole_numbers(values: Floats) -> Floats:
    """Return values as the whole numbers they stand for; what stands for none stays as it is."""
    whole = np.rint(values)
    near: Floats = np.where(np.abs(values - whole) < NEARLY, whole, values)
    return near


def fractions_of(values: Floats) -> str:
    """Return the first values that stand for no whole number, or nothing."""
    return _few(np.unique(values[np.abs(values - np.rint(values)) >= NEARLY]))


def outside(values: Floats, allowed: Collection[int]) -> str:
    """Return the first values that stand for none of those allowed, or nothing.

    Each is written so that it differs from the allowed ones: 0.9985, not 1.
    """
    present = _different(whole_numbers(values))
    return _few(present[~np.isin(present, list(allowed))])


def _different(values: Floats) -> Floats:
    low, high = values.min(), values.max()
    whole = np.rint(values)
    if low < 0 or high >= COUNTED or (whole != values).any():
        return np.unique(values)
    return np.flatnonzero(np.bincount(whole.astype(np.int64).ravel())).astype(np.float32)


def _few(values: Floats) -> str:
    words = [f"{value:.0f}" if value == np.rint(value) else str(value) for value in values[:FEW]]
    return ", ".join(words) + (", ..." if len(values) > FEW else "")
