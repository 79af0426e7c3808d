"""Frozen features and logistic regression."""

from sklearn.linear_model import LogisticRegression

from benchmarks.engine.methods.features.frozen_features import linear_predictor
from benchmarks.engine.strategies.shared.readouts import Readout, read_out
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.multiple_models import PenaltyParams


class FrozenFeaturesLogisticRegression:
    """Minimise ||w||^2 / 2 + C sum_i c_i log(1 + exp(-y_i (w phi_i + b))) over pixels i, y = +-1.

    The off-the-shelf features of Razavian et al. 2014 with a logistic loss; c_i gives both classes
    their true share. It differs from the linear probe by its solver, which reaches the optimum, and
    by its loss, which has no Dice term. It cannot predict a number.
    """

    def __init__(self, params: PenaltyParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Fit the classifier on labelled target pixels."""

        def classifier(seed: int) -> LogisticRegression:
            return LogisticRegression(
                C=self.params.penalty_inverse, max_iter=500, random_state=seed
            )

        read_out(access, trainer, self.params, Readout(classifier, build=linear_predictor))
