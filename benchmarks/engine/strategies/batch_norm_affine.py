"""Batch norm only: every feature is kept, each may be scaled and shifted."""

from torch import nn

from benchmarks.engine.strategies.objectives import supervised
from benchmarks.engine.strategy import Access
from benchmarks.engine.training import Trainer
from benchmarks.plan.catalog.prior_sharing import FineTuningParams


class BatchNormAffine:
    """Train gamma and beta of gamma (x - mean) / std + beta in every batch norm, nothing else.

    Frankle, Schwab and Morcos 2021, who keep random convolutions; here they are the source's. The
    statistics are those of target batches, and their running estimates move to the target.
    """

    def __init__(self, params: FineTuningParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the target task loss over the scales and shifts of batch norm."""
        network = trainer.new_network(access.source_weights)
        images, labels = access.target_images, access.target_labels
        convolutions = (nn.Conv2d, nn.ConvTranspose2d)
        trainer.optimise(
            network,
            supervised(trainer, network, images, labels, role="target"),
            learning_rate_factor=self.params.learning_rate_factor,
            frozen=[module for module in network.modules() if isinstance(module, convolutions)],
        )
