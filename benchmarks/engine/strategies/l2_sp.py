"""L2-SP: fine-tuning with a penalty on the distance from the source weights."""

import torch
from torch import Tensor, nn

from benchmarks.engine.methods.priors.gaussian import flat_parameters, gaussian_penalty
from benchmarks.engine.strategies.shared.inherited import inherited_parts, paced
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.prior_sharing import L2SpParams


class L2Sp:
    """Minimise L_task + alpha/2 ||w_S - w_S^0||^2 + beta/2 ||w_N||^2.

    Li, Grandvalet and Davoine 2018, eq. 2: w_S are the weights shared with the source network w^0,
    w_N those of the new head. Here the head also starts from the source's but is penalised as a new
    one, as theirs; after natural images the decoder is new too. Beta is a share of alpha, so that
    with alpha 0 it is full fine-tuning. The loop's weight decay towards zero, which L2-SP replaces,
    stays on: it is three orders of magnitude smaller.
    """

    def __init__(self, params: L2SpParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the target task loss plus the penalty."""
        weights = access.source_weights
        network = trainer.new_network(weights)
        images, labels = access.target_images, access.target_labels
        task = supervised(trainer, network, images, labels, role="target")
        shared_part = nn.ModuleList(inherited_parts(network, weights))
        new_part = nn.ModuleList(p for p in network.children() if p not in set(shared_part))
        start = flat_parameters(shared_part).detach()

        def objective() -> dict[str, Tensor]:
            on_target, free = task()["loss"], flat_parameters(new_part)
            shared = gaussian_penalty(flat_parameters(shared_part), start, self.params.alpha)
            new = gaussian_penalty(free, torch.zeros_like(free), self.params.beta)
            return {"loss": on_target + shared + new, "task": on_target, "penalty": shared + new}

        factor = self.params.learning_rate_factor
        trainer.optimise(network, objective, groups=paced(network, weights, factor))
