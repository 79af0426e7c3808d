"""Linear probe: the source network's last features are kept, and only the head is trained."""

from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.prior_sharing import FineTuningParams


class LinearProbe:
    """Minimise the target loss over W and b of the head W phi(x) + b; features phi are frozen.

    Alain and Bengio 2016. The head starts from the source's; its learning rate is the pretraining
    rate times the factor. The features keep their batch norm statistics.
    """

    def __init__(self, params: FineTuningParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the target task loss over the head."""
        network = trainer.new_network(access.source_weights)
        images, labels = access.target_images, access.target_labels
        trainer.optimise(
            network,
            supervised(trainer, network, images, labels, role="target"),
            learning_rate_factor=self.params.learning_rate_factor,
            frozen=[network.encoder, network.upsample, network.decoder],
        )
