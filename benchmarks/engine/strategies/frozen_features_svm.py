"""Frozen features and a support vector machine."""

from sklearn.svm import LinearSVC, LinearSVR

from benchmarks.engine.methods.features.frozen_features import linear_predictor
from benchmarks.engine.strategies.shared.readouts import Readout, read_out
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.multiple_models import PenaltyParams

TOLERANCE = 0.1
"""Largest regression error without a loss, in units of the labels (LIBSVM's default)."""


class FrozenFeaturesSvm:
    """Minimise ||w||^2 / 2 + C sum_i c_i max(0, 1 - y_i (w phi_i + b))^2 over pixels i, y = +-1.

    Cortes and Vapnik 1995, with the squared hinge, whose primal is fast to solve; c_i gives both
    classes their true share. The review's studies classify a network's features with it. It is
    linear here, since a kernel would compare each pixel of a volume with every support vector. In
    regression the loss is max(0, |y_i - w phi_i - b| - 0.1)^2 (Drucker et al. 1997, squared as
    well).
    """

    def __init__(self, params: PenaltyParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Fit the model on labelled target pixels."""
        penalty_inverse = self.params.penalty_inverse

        def regressor(seed: int) -> LinearSVR:
            return LinearSVR(
                C=penalty_inverse,
                epsilon=TOLERANCE,
                loss="squared_epsilon_insensitive",
                dual=False,
                random_state=seed,
            )

        readout = Readout(
            lambda seed: LinearSVC(C=penalty_inverse, dual=False, random_state=seed),
            regressor,
            linear_predictor,
        )
        read_out(access, trainer, self.params, readout)
