"""Frozen features and an elastic net."""

from typing import Any

from sklearn.linear_model import ElasticNet, LogisticRegression
from torch import nn

from benchmarks.engine.methods.features.frozen_features import PixelSample, linear_predictor
from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.strategies.shared.readouts import Readout, read_out
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.multiple_models import ElasticNetParams


class FrozenFeaturesElasticNet:
    """Minimise mean_i c_i log(1 + exp(-y_i f(phi_i))) + s (a ||w||_1 + (1 - a) ||w||^2 / 2).

    Zou and Hastie 2005, with the logistic loss of Friedman, Hastie and Tibshirani 2010 (glmnet),
    for classification: f = w phi + b, s is ``strength`` and a is ``l1_share``. In regression the
    loss is mean_i (y_i - f(phi_i))^2 / 2, as in their paper.
    """

    def __init__(self, params: ElasticNetParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Fit the model on labelled target pixels."""
        strength, l1_share = self.params.strength, self.params.l1_share

        def classifier(seed: int) -> LogisticRegression:
            return LogisticRegression(
                solver="saga", l1_ratio=l1_share, max_iter=200, random_state=seed
            )

        def regressor(seed: int) -> ElasticNet:
            return ElasticNet(alpha=strength, l1_ratio=l1_share, max_iter=5000, random_state=seed)

        def build(network: Network, net: Any, sample: PixelSample) -> nn.Module:
            if isinstance(net, LogisticRegression):
                # scikit-learn sums the loss where the equation takes its mean.
                net.set_params(C=1 / (strength * len(sample.labels)))
            return linear_predictor(network, net, sample)

        read_out(access, trainer, self.params, Readout(classifier, regressor, build))
