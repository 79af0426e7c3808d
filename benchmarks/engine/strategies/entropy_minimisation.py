"""Entropy minimisation: predictions on target images are made certain."""

from torch import Tensor

from benchmarks.engine.methods.uncertainty.entropy import self_information
from benchmarks.engine.strategies.shared.both_domains import outputs_of_both
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import EntropyMinimisationParams


class EntropyMinimisation:
    """Minimise L_task(source) + trade_off * mean over target pixels of H(p) / log(classes).

    Grandvalet and Bengio 2005; between domains Vu et al. 2019, who call it MinEnt. Both domains are
    in one batch, so that batch norm has the same statistics in training as in prediction. It starts
    from random weights and has the iterations of ``source_only``.
    """

    def __init__(self, params: EntropyMinimisationParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the source's task loss plus the target's entropy."""
        network = trainer.new_network()
        source, labels, target = access.source_images, access.source_labels, access.target_images

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(target), "target")
            of_source, of_target = outputs_of_both(network, source[rows], target[others])
            task = task_loss(of_source, labels[rows])
            entropy = self_information(of_target).sum(dim=1).mean()
            loss = task + self.params.trade_off * entropy
            return {"loss": loss, "task": task, "entropy": entropy}

        trainer.optimise(network, objective)
