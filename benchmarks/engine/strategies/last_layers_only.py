"""Last layers only: the usual partial fine-tuning, for comparison with the first layers."""

from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.one_model import SomeLayersParams


class LastLayersOnly:
    """Train the head and the last blocks before it; keep everything else.

    The comparison of Shirokikh et al. 2020: fine-tuning the last layers comes from natural images,
    where these are the task-specific ones. Frozen parts keep their batch norm statistics.
    """

    def __init__(self, params: SomeLayersParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the target task loss over the last blocks and the head."""
        network = trainer.new_network(access.source_weights)
        images, labels = access.target_images, access.target_labels
        trainer.optimise(
            network,
            supervised(trainer, network, images, labels, role="target"),
            learning_rate_factor=self.params.learning_rate_factor,
            frozen=network.stages[: -self.params.blocks],
        )
