"""Replacing each sample by its nearest neighbours of the other domain.

x -> mean of the k reference samples nearest to x, or to what is paired with them. With patches
around a pixel as samples this is synthesis by example: each pixel takes the value that the
reference image has at the centre of the most similar patch. The review's reference 59 takes
targets to the source by nearest neighbours; the sizes below and Euclidean distance are ours.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

Array = NDArray[np.floating]
PATCH = 5
REFERENCE_PATCHES = 20_000


def nearest_neighbour_map(
    features: Array, reference: Array, *, neighbours: int = 1, values: Array | None = None
) -> Array:
    """Return for ``features`` (n, d) the mean of their nearest rows of ``reference`` (m, d).

    With ``values`` (m, ...) the neighbours are found in ``reference`` and their values averaged.
    """
    if not 1 <= neighbours <= len(reference):
        raise ValueError(f"neighbours must be in 1 to {len(reference)}, got {neighbours}")
    found = NearestNeighbors(n_neighbors=neighbours).fit(reference)
    index = found.kneighbors(features, return_distance=False)
    taken: Array = (reference if values is None else values)[index].mean(axis=1)
    return taken


def translate_by_patches(
    image: Array,
    references: Array,
    *,
    generator: np.random.Generator,
    answers: Array | None = None,
    patch: int = PATCH,
    neighbours: int = 1,
    at_most: int = REFERENCE_PATCHES,
) -> Array:
    """Return ``image`` (H, W) rebuilt from patch centres of ``references`` (k, H', W').

    ``answers`` (k, H', W') are the same subjects in the contrast to translate to; without them the
    centres of the references themselves are taken. ``at_most`` reference patches are drawn.
    """
    if patch < 1 or patch % 2 == 0:
        raise ValueError(f"patch must be odd, so that it has a centre; got {patch}")
    known = np.concatenate([_patches(reference, patch) for reference in references])
    centres = np.asarray(references if answers is None else answers).reshape(-1)
    if len(centres) != len(known):
        raise ValueError("answers need the shape of references: a value for each patch")
    drawn = generator.permutation(len(known))[:at_most]
    taken = nearest_neighbour_map(
        _patches(image, patch), known[drawn], neighbours=neighbours, values=centres[drawn]
    )
    return taken.reshape(image.shape).astype(image.dtype, copy=False)


def _patches(image: Array, size: int) -> Array:
    """Return the patch around every pixel, (H * W, size * size); edges repeat."""
    padded = np.pad(image, size // 2, mode="edge")
    return sliding_window_view(padded, (size, size)).reshape(image.size, size * size)
