"""Frozen features and a multilayer perceptron."""

import warnings
from functools import partial

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from benchmarks.engine.strategies.shared.readouts import Readout, read_out
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.multiple_models import PerceptronParams


class FrozenFeaturesMlp:
    """Fit P(1 | phi) = sigmoid(w2 relu(W1 phi + b1) + b2) by cross-entropy, with Adam.

    Rumelhart, Hinton and Williams 1986; one hidden layer, by scikit-learn. In regression there is
    no sigmoid, and the loss is the squared error.
    """

    def __init__(self, params: PerceptronParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Fit the model on labelled target pixels."""
        hidden, epochs = (self.params.hidden,), self.params.epochs
        classifier = partial(
            MLPClassifier, hidden_layer_sizes=hidden, max_iter=epochs, n_iter_no_change=epochs
        )
        regressor = partial(
            MLPRegressor, hidden_layer_sizes=hidden, max_iter=epochs, n_iter_no_change=epochs
        )
        readout = Readout(
            lambda seed: classifier(random_state=seed), lambda seed: regressor(random_state=seed)
        )
        with warnings.catch_warnings():
            # The epochs are the budget; scikit-learn warns whenever a budget ends training.
            warnings.simplefilter("ignore", ConvergenceWarning)
            read_out(access, trainer, self.params, readout)
