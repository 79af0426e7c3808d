"""Frozen features and a support vector machine."""

from sklearn.svm import LinearSVC

from benchmarks.engine.frozen_features import linear_predictor
from benchmarks.engine.strategies.readouts import read_out
from benchmarks.engine.strategy import Access
from benchmarks.engine.training import Trainer
from benchmarks.plan.catalog.multiple_models import PenaltyParams


class FrozenFeaturesSvm:
    """Minimise ||w||^2 / 2 + C sum_i c_i max(0, 1 - y_i (w phi_i + b))^2 over pixels i, y = +-1.

    Cortes and Vapnik 1995, with the squared hinge, whose primal is quick; c_i gives both classes
    their true share. The review's studies classify a network's features with it; linear here, for
    a kernel would have to compare each pixel of a volume with every support vector.
    """

    def __init__(self, params: PenaltyParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Fit the classifier on labelled target pixels."""
        params = self.params
        read_out(
            access,
            trainer,
            params,
            lambda seed: LinearSVC(C=params.penalty_inverse, dual=False, random_state=seed),
            linear_predictor,
        )
