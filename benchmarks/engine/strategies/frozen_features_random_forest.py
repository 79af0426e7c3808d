"""Frozen features and a random forest."""

from functools import partial

from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from benchmarks.engine.strategies.shared.readouts import Readout, read_out
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.multiple_models import ForestParams


class FrozenFeaturesRandomForest:
    """Average the class shares in the leaves of trees grown on bootstrap samples of pixels.

    Breiman 2001: each split is the best of sqrt(d) random features, in regression of d / 3, where
    leaves hold means. Trees are scikit-learn's.
    """

    def __init__(self, params: ForestParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Fit the model on labelled target pixels."""
        trees = {"n_estimators": self.params.trees, "min_samples_leaf": self.params.leaf}
        classifier = partial(RandomForestClassifier, **trees)
        regressor = partial(RandomForestRegressor, **trees, max_features=1 / 3)
        readout = Readout(
            lambda seed: classifier(random_state=seed), lambda seed: regressor(random_state=seed)
        )
        read_out(access, trainer, self.params, readout)
