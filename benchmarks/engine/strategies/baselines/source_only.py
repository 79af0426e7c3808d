"""Baseline: training on the source alone."""

from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.params import NoParams


class SourceOnly:
    """Train on the source alone; also the pretraining that other strategies start from."""

    def __init__(self, params: NoParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the task loss on labelled source slices."""
        network = trainer.new_network()
        images, labels = access.source_images, access.source_labels
        trainer.optimise(network, supervised(trainer, network, images, labels, role="source"))
