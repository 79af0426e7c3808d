"""Batch norm only: features are kept, their scales and shifts are trained."""

from torch import nn

from benchmarks.engine.strategies.shared.inherited import paced
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.prior_sharing import FineTuningParams


class BatchNormAffine:
    """Train gamma and beta of gamma (x - mean) / std + beta in every batch norm, nothing else.

    Frankle, Schwab and Morcos 2021 keep random convolutions; here the convolutions are the
    source's. Statistics are those of target batches, and their running estimates move to the
    target. Parts without source weights, such as a decoder after natural images, are trained as
    well.
    """

    def __init__(self, params: FineTuningParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the target task loss over the scales and shifts of batch norm."""
        weights = access.source_weights
        network = trainer.new_network(weights)
        images, labels = access.target_images, access.target_labels
        kept = [
            module
            for name, module in network.named_modules()
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d) and f"{name}.weight" in weights
        ]
        trainer.optimise(
            network,
            supervised(trainer, network, images, labels, role="target"),
            groups=paced(network, weights, self.params.learning_rate_factor),
            frozen=kept,
        )
