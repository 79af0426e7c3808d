"""RuLSIF: weights that fit the relative density ratio by least squares."""

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
from benchmarks.plan.catalog.instance import RulsifParams


class Rulsif:
    """Minimise sum_i r(s_i) L(s_i), r = p_target / (alpha p_target + (1 - alpha) p_source).

    Yamada et al. 2011, eq. 7: r is fitted by least squares as in uLSIF. It is at most 1 / alpha,
    where the ratio itself may be unbounded, so that no slice can carry all weight. Here x are
    statistics of slices, and the weights are optimised before the task.
    """

    def __init__(self, params: RulsifParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on the weighted slices."""

        def weigh(slices: Slices) -> Weighted:
            features = joint_features(
                slices.source, slices.target, components=self.params.components
            )
            generator = np.random.default_rng(drawn_seed(trainer, "weights"))
            ratio = fit_ulsif(
                *features, generator=generator, people=slices.people, alpha=self.params.alpha
            )
            return density_weighted(ratio, features[0]).flattened(self.params.flattening)

        train_on_weighted_source(access, trainer, weigh)
