"""Intensities and their z-scores: domains keep intensities, and networks see z-scores.

Physics (bias fields, noise, swapped amplitudes) acts on intensities, which are not negative; the
z-scores are computed after it. ``methods/appearance/intensities.py`` does so for changed slices.
"""

import numpy as np
import numpy.typing as npt

from benchmarks.engine.domains.domain import Flags, Floats

LIMIT = 6.0
"""Largest z-score, so that a single noisy voxel does not set the scale of an image."""
FLOOR = 1e-4
"""Smallest intensity of a brain voxel, so that only background is 0."""


def intensities(values: Floats, brain: Flags) -> Floats:
    """Return non-negative intensities over the brain's mean: brain above 0, background 0.

    Where stored values are negative, as in images that someone has standardised already, zero is
    set to the brain's least value: the scanner's own zero is not known any more.
    """
    inside = values[brain].astype(np.float64)
    inside = inside - min(float(inside.min()), 0.0)
    mean = inside.mean()
    image = np.zeros(values.shape, dtype=np.float32)
    image[brain] = np.maximum(inside / mean if mean > 0 else inside, FLOOR)
    return image


def standardised(images: Floats) -> npt.NDArray[np.float32]:
    """Return z-scores of one subject's intensities, of any shape, over its brain voxels.

    Brain is what is above 0; outliers are cut at LIMIT, and background stays 0.
    """
    brain = images > 0
    if not brain.any():
        return np.zeros_like(images)
    inside = images[brain]
    scores = (images - inside.mean()) / (inside.std() + np.float32(1e-6))
    return np.where(brain, scores.clip(-LIMIT, LIMIT), 0).astype(np.float32)


def standardised_subjects(images: Floats) -> npt.NDArray[np.float32]:
    """Return z-scores of intensities (subjects, ...), each subject over its own brain."""
    return np.stack([standardised(image) for image in images])
