"""Baseline: training on the target from scratch."""

from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.params import NoParams


class TargetOnly:
    """Train from random weights on the labelled target subjects alone."""

    def __init__(self, params: NoParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the task loss on labelled target slices."""
        network = trainer.new_network()
        images, labels = access.target_images, access.target_labels
        trainer.optimise(network, supervised(trainer, network, images, labels, role="target"))
