"""Domain-probability weights: source slices are weighted by the odds of the target domain."""

from benchmarks.engine.methods.features.image_features import joint_features
from benchmarks.engine.methods.weighting.domain_classifier import domain_probability_weights
from benchmarks.engine.strategies.shared.weighted_source import (
    Slices,
    Weighted,
    drawn_seed,
    train_on_weighted_source,
)
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.instance import WeightingParams


class DomainProbabilityWeights:
    """Minimise sum_i w_i L(s_i) with w_i = n_s/n_t * P(target | s_i) / P(source | s_i).

    Bickel, Brueckner and Scheffer 2007, eq. 3 and 4: by Bayes' rule that is the ratio of the
    densities. Probabilities are those of a logistic regression on the slices' statistics, out of
    fold. They are fixed before the task is trained; the review lists them as fixed.
    """

    def __init__(self, params: WeightingParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on the weighted slices."""

        def weigh(slices: Slices) -> Weighted:
            features = joint_features(
                slices.source, slices.target, components=self.params.components
            )
            weights = domain_probability_weights(*features, seed=drawn_seed(trainer, "weights"))
            return Weighted(weights).flattened(self.params.flattening)

        train_on_weighted_source(access, trainer, weigh)
