"""Bhattacharyya matching: source slices are weighted so that their mixture overlaps the target."""

import numpy as np

from benchmarks.engine.methods.features.image_features import pixel_features
from benchmarks.engine.methods.weighting.bhattacharyya import image_shares
from benchmarks.engine.methods.weighting.ratio import mean_one
from benchmarks.engine.strategies.shared.weighted_source import (
    Slices,
    Weighted,
    train_on_weighted_source,
)
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.instance import BhattacharyyaParams

MOST_SOURCE_PIXELS = 16_384  # ours: kernel matrices hold all source and target pixels
MOST_TARGET_PIXELS = 1_000


class BhattacharyyaMatching:
    """Minimise sum_i w_i L(s_i), where w maximises the integral of sqrt(sum_i w_i p_i(x) q(x)).

    Van Opbroek et al. 2015 (Medical Image Analysis): p_i is the density of image i's voxels in
    feature space, q the target's, and w lies on the simplex; of their three similarity measures
    this is the Bhattacharyya coefficient. As in the paper, an image is described by its voxels, not
    by statistics of them. Here an image is a slice, and the features (intensity, local mean,
    gradient) are ours.
    """

    def __init__(self, params: BhattacharyyaParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on the weighted slices."""

        def weigh(slices: Slices) -> Weighted:
            source, target = slices.source, slices.target
            generator = trainer.generator("weights")
            count = max(1, min(self.params.pixels, MOST_SOURCE_PIXELS // len(source)))
            pixels, owners = pixel_features(source, count, generator)
            others, _ = pixel_features(target, max(1, MOST_TARGET_PIXELS // len(target)), generator)
            scale = np.concatenate([pixels, others]).std(axis=0)
            present, index = np.unique(owners, return_inverse=True)
            weights = np.zeros(len(source))
            weights[present] = image_shares(pixels / scale, others / scale, index=index)
            return Weighted(mean_one(weights)).flattened(self.params.flattening)

        train_on_weighted_source(access, trainer, weigh)
