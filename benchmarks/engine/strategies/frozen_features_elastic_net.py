"""Frozen features and an elastic net."""

from sklearn.linear_model import LogisticRegression
from torch import nn

from benchmarks.engine.frozen_features import PixelSample, linear_predictor
from benchmarks.engine.networks import Network
from benchmarks.engine.strategies.readouts import read_out
from benchmarks.engine.strategy import Access
from benchmarks.engine.training import Trainer
from benchmarks.plan.catalog.multiple_models import ElasticNetParams


class FrozenFeaturesElasticNet:
    """Minimise mean_i c_i log(1 + exp(-y_i f(phi_i))) + s (a ||w||_1 + (1 - a) ||w||^2 / 2).

    Zou and Hastie 2005, with the logistic loss of Friedman, Hastie and Tibshirani 2010 (glmnet),
    since pixels are classified: f = w phi + b, s is ``strength`` and a is ``l1_share``.
    """

    def __init__(self, params: ElasticNetParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Fit the classifier on labelled target pixels."""

        def estimator(seed: int) -> LogisticRegression:
            return LogisticRegression(
                solver="saga", l1_ratio=self.params.l1_share, max_iter=200, random_state=seed
            )

        def build(network: Network, net: LogisticRegression, sample: PixelSample) -> nn.Module:
            # scikit-learn sums the loss where the equation takes its mean.
            net.set_params(C=1 / (self.params.strength * len(sample.labels)))
            return linear_predictor(network, net, sample)

        read_out(access, trainer, self.params, estimator, build)
