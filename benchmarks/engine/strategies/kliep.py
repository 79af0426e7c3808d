"""KLIEP: weights that minimise the Kullback-Leibler divergence to the target."""

import numpy as np

from benchmarks.engine.methods.features.image_features import joint_features
from benchmarks.engine.methods.weighting.kliep import fit_kliep
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


class Kliep:
    """Minimise sum_i w(s_i) L(s_i), where w minimises KL(p_target || w p_source).

    Sugiyama et al. 2008, eq. 9 and 10: w(x) = sum_l a_l k(x, c_l) maximises mean_j log w(t_j)
    subject to mean_i w(s_i) = 1 and a_l >= 0. Here x are statistics of slices, and the weights are
    optimised before the task.
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
            ratio = fit_kliep(*features, generator=generator, people=slices.people)
            return density_weighted(ratio, features[0]).flattened(self.params.flattening)

        train_on_weighted_source(access, trainer, weigh)
