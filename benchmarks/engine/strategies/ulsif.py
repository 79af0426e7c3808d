"""uLSIF: weights that fit the density ratio by least squares."""

import numpy as np

from benchmarks.engine.methods.features.image_features import joint_features
from benchmarks.engine.methods.weighting.ulsif import fit_ulsif
from benchmarks.engine.strategies.shared.weighted_source import (
    Slices,
    Weighted,
    density_weighted,
    drawn_seed,
    train_on_weighted_source,
)
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.instance import WeightingParams


class Ulsif:
    """Minimise sum_i w(s_i) L(s_i), where w minimises E_source (w - p_target / p_source)^2.

    Kanamori et al. 2009, eq. 6 and 8: w(x) = sum_l a_l k(x, c_l) with a = (H + lambda I)^-1 h and
    negative entries set to 0. Here x are statistics of slices, and the weights are optimised before
    the task.
    """

    def __init__(self, params: WeightingParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on the weighted slices."""

        def weigh(slices: Slices) -> Weighted:
            features = joint_features(
                slices.source, slices.target, components=self.params.components
            )
            generator = np.random.default_rng(drawn_seed(trainer, "weights"))
            ratio = fit_ulsif(*features, generator=generator, people=slices.people)
            return density_weighted(ratio, features[0]).flattened(self.params.flattening)

        train_on_weighted_source(access, trainer, weigh)
