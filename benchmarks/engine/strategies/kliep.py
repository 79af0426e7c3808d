"""KLIEP: weights that minimise the Kullback-Leibler divergence to the target."""

import numpy as np
from torch import Tensor

from benchmarks.engine.methods.features.image_features import joint_features
from benchmarks.engine.methods.weighting.kliep import kliep_weights
from benchmarks.engine.methods.weighting.ratio import Array
from benchmarks.engine.strategies.shared.weighted_source import (
    drawn_seed,
    flattened,
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

        def weigh(source: Tensor, target: Tensor) -> Array:
            features = joint_features(source, target, components=self.params.components)
            generator = np.random.default_rng(drawn_seed(trainer, "weights"))
            weights = kliep_weights(*features, generator=generator)
            return flattened(weights, self.params.flattening)

        train_on_weighted_source(access, trainer, weigh)
