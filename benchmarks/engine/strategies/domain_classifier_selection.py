"""Selection by domain classifier: only source slices similar to the target are kept."""

from benchmarks.engine.methods.features.image_features import joint_features
from benchmarks.engine.methods.weighting.domain_classifier import domain_selection_weights
from benchmarks.engine.strategies.shared.weighted_source import (
    Slices,
    Weighted,
    drawn_seed,
    train_on_weighted_source,
)
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.instance import DomainSelectionParams


class DomainClassifierSelection:
    """Minimise the task loss over { s_i : P(target | s_i) is among the highest }.

    Cheng et al. 2015 select informative source subjects with a sparse linear model on features;
    here a logistic regression on the slices' statistics classifies the domains, out of fold. The
    share ``keep`` with the highest probability of target is used for training. The share is ours.
    """

    def __init__(self, params: DomainSelectionParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on the selected slices."""

        def weigh(slices: Slices) -> Weighted:
            features = joint_features(
                slices.source, slices.target, components=self.params.components
            )
            seed = drawn_seed(trainer, "weights")
            return Weighted(domain_selection_weights(*features, seed=seed, keep=self.params.keep))

        train_on_weighted_source(access, trainer, weigh)
