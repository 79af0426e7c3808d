"""First layers only: the layers nearest the image are fine-tuned, the rest is kept."""

from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.one_model import SomeLayersParams


class FirstLayersOnly:
    """Train the first blocks of the encoder; keep the others, the decoder and the head.

    Shirokikh et al. 2020 find that under a shift of scanners, fine-tuning a U-Net's first layers is
    best where labels are scarce. Frozen parts keep their batch norm statistics.
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
