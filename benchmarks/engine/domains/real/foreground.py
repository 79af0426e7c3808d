"""Where the brain is, where no mask says: skull-stripped images tell by their background of 0."""

import numpy as np
from scipy import ndimage

from benchmarks.engine.domains.domain import Flags, Floats

BLANK = 0.2
"""Share of voxels that are exactly 0 from which an image counts as skull-stripped."""
BINS = 256


def foreground(values: Floats) -> tuple[Flags, bool]:
    """Return the brain, or the whole head where the skull is still on, and whether it is."""
    if (values == 0).mean() >= BLANK:
        return _largest(values != 0), False
    threshold = _otsu(values)
    return ndimage.binary_fill_holes(_largest(values > threshold)), True


def _otsu(values: Floats) -> float:
    """Return the threshold that leaves the least variance within both sides (Otsu 1979)."""
    counts, edges = np.histogram(values, bins=BINS)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    total = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (total / below - (total[-1] - total) / above) ** 2
    return float(middles[np.nan_to_num(between).argmax()])


def _largest(mask: Flags) -> Flags:
    parts, count = ndimage.label(mask)
    if count <= 1:
        return mask
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray(parts == sizes.argmax())
