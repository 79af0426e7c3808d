"""Near copies of images by perceptual hash: public collections repeat images under other names.

A hash of 256 bits (pHash of 16 x 16 frequencies) is compared by the number of different bits. At
``NEAR`` and below, two images are copies of one another after compression, scaling, or a change of
brightness or contrast. The usual 64 bits do not tell people apart: see docs/real-images.md for what
was measured. Images that were cropped, turned or mirrored are not recognised.
"""

from collections.abc import Iterable, Sequence

import imagehash
import networkx as nx
import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.engine.domains.domain import Floats

SIDE = 16
"""Frequencies along each side of the hash: SIDE x SIDE bits."""
NEAR = 40
"""Most different bits of two copies; slices of two people at one height differed in 54 or more."""
BRIGHTEST = 99.5
"""Percentile of the grey values that is shown as white."""
BRIGHT, SOME = 0.25, 0.05
"""Share of white from which a pixel is bright, and share of bright pixels that is no margin."""
CHUNK = 512
Fingerprint = npt.NDArray[np.bool_]
"""The bits of one image, (SIDE x SIDE,)."""


def fingerprint_of(values: Floats) -> Fingerprint:
    """Return the hash of grey values (rows, columns), 0 or more; its margins are cut off."""
    shown = _without_margins(values)
    white = float(np.percentile(shown, BRIGHTEST)) or 1.0
    image = Image.fromarray((np.clip(shown / white, 0, 1) * 255).astype(np.uint8))
    return np.asarray(imagehash.phash(image, hash_size=SIDE).hash, dtype=np.bool_).ravel()


def near_copies(fingerprints: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the pairs, first before second, of fingerprints (images, bits) at most NEAR apart."""
    signs = np.where(fingerprints, 1.0, -1.0).astype(np.float32)
    found: list[tuple[int, int]] = []
    for first in range(0, len(signs), CHUNK):
        agreed = signs[first : first + CHUNK] @ signs.T  # bits minus twice the different ones
        rows, columns = np.nonzero(agreed >= signs.shape[1] - 2 * NEAR)
        pairs = zip((rows + first).tolist(), columns.tolist(), strict=True)
        found += [(one, other) for one, other in pairs if one < other]
    return found


def same_people(
    owners: Sequence[str], fingerprints: npt.NDArray[np.bool_]
) -> tuple[frozenset[str], ...]:
    """Return the sets of owners, two or more each, that near copies of images link.

    ``owners`` names the owner of each fingerprint (images, bits). Sets are in the order of their
    first owners.
    """
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(owners)
    graph.add_edges_from((owners[a], owners[b]) for a, b in near_copies(fingerprints))
    groups: Iterable[set[str]] = nx.connected_components(graph)
    return tuple(frozenset(group) for group in groups if len(group) > 1)


def _without_margins(values: Floats) -> Floats:
    """Return the values inside the box of rows and columns that hold something bright.

    A few bright pixels do not count: compression leaves some beside an edge.
    """
    is_bright = values > float(np.percentile(values, BRIGHTEST)) * BRIGHT
    rows, columns = (np.flatnonzero(is_bright.mean(axis=axis) >= SOME) for axis in (1, 0))
    if not rows.size or not columns.size:
        return values
    return values[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
