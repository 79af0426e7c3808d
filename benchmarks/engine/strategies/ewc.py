"""Elastic weight consolidation: a penalty on weights that matter for the source task."""

import torch
from torch import Tensor

from benchmarks.engine.methods.priors.fisher import diagonal_fisher
from benchmarks.engine.methods.priors.gaussian import flat_parameters, gaussian_penalty
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.prior_sharing import EwcParams


class Ewc:
    """Minimise L_target + lambda/2 sum_i F_i (w_i - w_i^source)^2.

    Kirkpatrick et al. 2017, eq. 3. F is the diagonal of the Fisher information of the source
    network on source images, per pixel, since the task loss is a mean over pixels too. Source
    images are read only before the target is opened; source labels are not needed.
    """

    def __init__(self, params: EwcParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Estimate the Fisher information on the source, then fine-tune with the penalty."""
        network = trainer.new_network(access.source_weights)
        start = flat_parameters(network).detach()
        source = access.source_images
        order = torch.randperm(len(source), generator=trainer.generator("fisher"))
        chosen = source[order[: self.params.fisher_images].to(source.device)]
        with trainer.timed(samples=len(chosen)):
            fisher = diagonal_fisher(network, chosen, trainer.generator("fisher"))
        images, labels = access.target_images, access.target_labels
        task = supervised(trainer, network, images, labels, role="target")

        def objective() -> dict[str, Tensor]:
            on_target = task()["loss"]
            penalty = gaussian_penalty(flat_parameters(network), start, fisher)
            loss = on_target + self.params.importance * penalty
            return {"loss": loss, "task": on_target, "penalty": penalty}

        factor = self.params.learning_rate_factor
        trainer.optimise(network, objective, learning_rate_factor=factor)
