"""Full fine-tuning: all of the source network's weights are trained on the target."""

from benchmarks.engine.strategies.shared.inherited import paced
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.prior_sharing import FineTuningParams


class FullFineTuning:
    """Start at the source weights and train all of them on the target (Yosinski et al. 2014)."""

    def __init__(self, params: FineTuningParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the target task loss from the source solution, as long as ``target_only``."""
        weights = access.source_weights
        network = trainer.new_network(weights)
        images, labels = access.target_images, access.target_labels
        trainer.optimise(
            network,
            supervised(trainer, network, images, labels, role="target"),
            groups=paced(network, weights, self.params.learning_rate_factor),
        )
