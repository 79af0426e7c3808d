"""First layers only: what meets the scanner is adapted, what understands the image is kept."""

from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.one_model import SomeLayersParams


class FirstLayersOnly:
    """Train the first blocks of the encoder; keep the others, the decoder and the head.

    Shirokikh et al. 2020, who find that under a shift of scanners the first layers of a U-Net are
    the ones to fine-tune where labels are scarce. What is kept keeps its batch norm statistics.
    """

    def __init__(self, params: SomeLayersParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the target task loss over the first blocks."""
        network = trainer.new_network(access.source_weights)
        images, labels = access.target_images, access.target_labels
        kept = network.encoder[self.params.blocks :]
        trainer.optimise(
            network,
            supervised(trainer, network, images, labels, role="target"),
            learning_rate_factor=self.params.learning_rate_factor,
            frozen=[kept, network.upsample, network.decoder, network.head],
        )
