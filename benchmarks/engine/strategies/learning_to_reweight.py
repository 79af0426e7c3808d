"""Learning to reweight: source slices are weighted by the target loss after a step on them."""

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, jvp

from benchmarks.engine.methods.weighting.ratio import mean_one
from benchmarks.engine.strategies.shared.weighted_source import record_instance_weights
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.slice_losses import task_losses
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.instance import LearningToReweightParams


class LearningToReweight:
    """Minimise sum_i w_i L_i(theta) over source slices, with weights learned at every step.

    Ren et al. 2018, eq. 4 to 8: take a step theta' = theta - a grad sum_i e_i L_i at e = 0, and let
    u_i = - d/de_i L_target(theta'), w_i = max(u_i, 0) / sum_k max(u_k, 0). At e = 0 the derivative
    is u_i = a <grad L_i, grad L_target>, both at theta. So one backward pass over the labelled
    target slices and one forward-mode pass over the batch give the result of the paper's algorithm
    1, which differentiates through the step (tested); a cancels. The target's labels are used for
    the weights only, as in the paper.
    """

    def __init__(self, params: LearningToReweightParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on the source, with each batch weighted by its effect on the target loss."""
        source, labels = access.source_images, access.source_labels
        clean, clean_labels = access.target_images, access.target_labels
        network = trainer.new_network()
        received = torch.zeros(len(source), device=source.device)

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(clean), "target")[: self.params.clean_batch]
            weights = example_weights(
                network, (source[rows], labels[rows]), (clean[others], clean_labels[others])
            )
            received.index_add_(0, rows, weights)
            losses = task_losses(network(source[rows]), labels[rows])
            # Kish's effective sample size of the batch.
            used = weights.sum().square() / weights.square().sum().clamp_min(1e-12)
            return {"loss": (weights * losses).sum(), "plain": losses.mean(), "used": used}

        trainer.optimise(network, objective)
        if received.any():
            record_instance_weights(trainer, mean_one(received.double().cpu().numpy()))


def example_weights(
    network: nn.Module, batch: tuple[Tensor, Tensor], clean: tuple[Tensor, Tensor]
) -> Tensor:
    """Return weights (batch,) of sum 1, or all 0 where no slice helps; the network is unchanged."""
    parameters = {name: value.detach() for name, value in network.named_parameters()}

    def losses(chosen: dict[str, Tensor], images: Tensor, labels: Tensor) -> Tensor:
        # Copied within the transform, in which batch norm must not change outside buffers.
        kept = {name: value.clone() for name, value in network.named_buffers()}
        return task_losses(functional_call(network, {**chosen, **kept}, images), labels)

    # Under autocast, forward mode would get tangents of another type than the weights.
    with torch.autocast(clean[0].device.type, enabled=False):
        direction = grad(lambda chosen: losses(chosen, *clean).mean())(parameters)
        slopes = jvp(lambda chosen: losses(chosen, *batch), (parameters,), (direction,))[1]
    helpful: Tensor = slopes.detach().clamp_min(0)
    return helpful / helpful.sum().clamp_min(1e-12)
