"""Frozen features and a random forest."""

from sklearn.ensemble import RandomForestClassifier

from benchmarks.engine.frozen_features import PixelClassifier
from benchmarks.engine.strategies.readouts import read_out
from benchmarks.engine.strategy import Access
from benchmarks.engine.training import Trainer
from benchmarks.plan.catalog.multiple_models import ForestParams


class FrozenFeaturesRandomForest:
    """Average the class shares in the leaves of trees grown on bootstrap samples of pixels.

    Breiman 2001: each split is the best of sqrt(d) random features; scikit-learn's trees.
    """

    def __init__(self, params: ForestParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Fit the classifier on labelled target pixels."""
        params = self.params
        read_out(
            access,
            trainer,
            params,
            lambda seed: RandomForestClassifier(
                n_estimators=params.trees, min_samples_leaf=params.leaf, random_state=seed
            ),
            PixelClassifier,
        )
