"""Frozen encoder: the source network's features are shared, not trained."""

from benchmarks.engine.strategies.shared.inherited import paced
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.prior_sharing import FineTuningParams


class FrozenEncoder:
    """Train the decoder only, as Li et al. 2023 fine-tune.

    The encoder's batch norm statistics also stay those of the source, since its features depend on
    them. In subject-level tasks the decoder is only the head.
    """

    def __init__(self, params: FineTuningParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the target task loss over the decoder and the head."""
        weights = access.source_weights
        network = trainer.new_network(weights)
        images, labels = access.target_images, access.target_labels
        trainer.optimise(
            network,
            supervised(trainer, network, images, labels, role="target"),
            groups=paced(network, weights, self.params.learning_rate_factor),
            frozen=[network.encoder],
        )
