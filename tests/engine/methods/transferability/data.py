"""Features as a binary network gives them: two nearly opposite logits a pixel, few foreground."""

import numpy as np


def logits(n, *, seed, shift=(0.0, 0.0), foreground=0.1, spread=1.0):
    rng = np.random.default_rng(seed)
    labels = (rng.random(n) < foreground).astype(np.int64)
    along = rng.normal(np.where(labels == 1, -1.5, 2.5), 1.0)
    across = rng.normal(0, 0.4, (n, 2))
    return spread * (np.stack([along, -along], 1) + across) + np.asarray(shift), labels


def images(n, channels, size, *, seed, classes=2):
    """Features (n, channels, size, size) that know a little about their labels (n, size, size)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, (n, size, size))
    labels[:, 0] = 0  # a row of pixels with one label
    direction = rng.normal(size=(1, channels, 1, 1))
    return rng.normal(size=(n, channels, size, size)) + 0.7 * direction * labels[:, None], labels
