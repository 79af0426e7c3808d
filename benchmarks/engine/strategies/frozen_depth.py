"""Fine-tuning with the network frozen from either end, to any depth."""

from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.depth import FrozenDepthParams


class FrozenDepth:
    """Train all but ``depth`` of nine stages, frozen from the input or the output.

    Studies fine-tune first or last layers and rarely justify the choice; Shirokikh et al. 2020
    found a U-Net's first layers to be more domain-specific. The head is trained at every depth.
    """

    def __init__(self, params: FrozenDepthParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the target task loss over the stages that are not frozen."""
        network = trainer.new_network(access.source_weights)
        images, labels = access.target_images, access.target_labels
        chain = network.stages if self.params.is_from_input else network.stages[::-1]
        trainer.optimise(
            network,
            supervised(trainer, network, images, labels, role="target"),
            learning_rate_factor=self.params.learning_rate_factor,
            frozen=chain[: self.params.depth],
        )
