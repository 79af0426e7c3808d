"""Kernel mean matching: weights that minimise the maximum mean discrepancy."""

from benchmarks.engine.methods.features.image_features import joint_features
from benchmarks.engine.methods.weighting.kmm import kmm_weights, weights_at_bound
from benchmarks.engine.strategies.shared.weighted_source import (
    Slices,
    Weighted,
    train_on_weighted_source,
)
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.instance import KernelMeanMatchingParams


class KernelMeanMatching:
    """Minimise sum_i b_i L(s_i), where b minimises ||mean_i b_i phi(s_i) - mean_j phi(t_j)||^2.

    Huang et al. 2006, eq. 11, with 0 <= b_i <= B and a mean weight near 1. Here the kernel compares
    statistics of slices, and the weights are optimised before the task.
    """

    def __init__(self, params: KernelMeanMatchingParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on the weighted slices."""

        def weigh(slices: Slices) -> Weighted:
            features = joint_features(
                slices.source, slices.target, components=self.params.components
            )
            bound = self.params.largest
            weights = kmm_weights(*features, largest=bound)
            about = {"bound": bound, "at_bound": weights_at_bound(weights, bound)}
            return Weighted(weights, about).flattened(self.params.flattening)

        train_on_weighted_source(access, trainer, weigh)
