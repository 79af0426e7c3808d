"""Standardisation of intensities: z-scores over the brain."""

import numpy as np

from benchmarks.engine.domains.domain import Flags, Floats

LIMIT = 6.0
"""Largest z-score, so that a single noisy voxel does not set the scale of an image."""


def standardised(image: Floats, brain: Flags) -> Floats:
    """Return the image z-scored over the brain, outliers cut at LIMIT, background 0."""
    inside = image[brain]
    scores = (image - inside.mean()) / (inside.std() + np.float32(1e-6))
    return np.where(brain, scores.clip(-LIMIT, LIMIT), 0).astype(np.float32)
