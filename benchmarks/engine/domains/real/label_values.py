"""Values of label volumes: rounding to whole numbers, and signs of resampling."""

from collections.abc import Collection

import numpy as np

from benchmarks.engine.domains.domain import Floats

NEARLY = 1e-3
"""Largest rounding error of a label value, which header scaling can cause."""
FEW = 6
WHITE, BYTE = 250, 255
SHADES = 64
"""More distinct values than this up to 255 are grey values (FreeSurfer has about 45 labels).
"""
COUNTED = 2**16
"""Whole numbers below it are counted rather than sorted, which is ten times as fast."""


def whole_numbers(values: Floats) -> Floats:
    """Return values rounded to the nearest whole number where they are within NEARLY of it."""
    whole = np.rint(values)
    if np.array_equal(whole, values):
        return values
    near: Floats = np.where(np.abs(values - whole) < NEARLY, whole, values)
    return near


def signs_of_mixing(values: Floats) -> str:
    """Return the sign that a mask was resampled by interpolation, or an empty string.

    Signs are numbers that are not whole, or many shades up to a maximum near 255.
    """
    odd = values[values != np.rint(values)]
    if fractions := _few(np.unique(odd[np.abs(odd - np.rint(odd)) >= NEARLY])):
        return f"{fractions}, which are no whole numbers"
    present = _different(whole_numbers(values))
    if WHITE <= present.max(initial=0) <= BYTE and len(present) > SHADES:
        return f"{len(present)} shades from {present.min():g} to {present.max():g}"
    return ""


def outside(values: Floats, allowed: Collection[int]) -> str:
    """Return the first values that are not allowed, or an empty string.

    Each is printed with enough digits to differ from the allowed ones: 0.9985, not 1.
    """
    present = _different(whole_numbers(values))
    return _few(present[~np.isin(present, list(allowed))])


def _different(values: Floats) -> Floats:
    if values.min() < 0 or values.max() >= COUNTED or not np.array_equal(np.rint(values), values):
        return np.unique(values)
    counts = np.bincount(values.astype(np.uint16).ravel(order="K"))
    return np.flatnonzero(counts).astype(np.float32)


def _few(values: Floats) -> str:
    texts = [f"{value:.0f}" if value == np.rint(value) else str(value) for value in values[:FEW]]
    return ", ".join(texts) + (", ..." if len(values) > FEW else "")
