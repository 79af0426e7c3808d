"""Baseline: joint training on both domains."""

from torch import Tensor

from benchmarks.engine.strategies.shared.both_domains import outputs_of_both
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.params import NoParams


class Joint:
    """Train on source and labelled target slices; each domain has half of the loss.

    Both domains are in one batch, as in any training set: batch norm then has the same statistics
    in training as in prediction.
    """

    def __init__(self, params: NoParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the mean of both domains' task losses."""
        network = trainer.new_network()
        source, source_labels = access.source_images, access.source_labels
        target, target_labels = access.target_images, access.target_labels

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(target), "target")
            of_source, of_target = outputs_of_both(
                network, source[rows], target[others], labelled=2
            )
            on_source = task_loss(of_source, source_labels[rows])
            on_target = task_loss(of_target, target_labels[others])
            loss = (on_source + on_target) / 2
            return {"loss": loss, "source": on_source, "target": on_target}

        trainer.optimise(network, objective)
