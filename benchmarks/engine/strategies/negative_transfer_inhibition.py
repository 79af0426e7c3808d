"""Negative-transfer inhibition: the source network is weighted by its accuracy on the target."""

import torch
from torch import Tensor, nn

from benchmarks.engine.methods.features.frozen_features import in_brain
from benchmarks.engine.networks.mixtures import Mixture
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.prior_sharing import InhibitionParams

SLICES_AT_ONCE = 16


class NegativeTransferInhibition:
    """Predict a_S p_S(x) + a_T p_T(x) with a_k proportional to exp(-eta sum_t l(p_k(x_t), y_t)).

    The review's study inhibits negative transfer by online transfer learning, which needs only the
    source model's outputs. Our reading is Hedge over two experts, weighted as in Zhao and Hoi 2010:
    the unchanged source network, and a network trained on the target from random weights. Rounds t
    are labelled slices held out from training, since online learning also evaluates each slice
    before it learns from it; l is the mean squared error of the probabilities within the brain.
    This l is exp-concave up to eta = 1/2, so that the mixture's loss exceeds the better expert's by
    at most 2 ln 2, for any number of rounds.
    """

    def __init__(self, params: InhibitionParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on most labelled target slices and weight both networks on the others."""
        source = trainer.new_network(access.source_weights)
        target = trainer.new_network()
        pair = Mixture([source, target]).to(trainer.compute.device)
        images, labels = access.target_images, access.target_labels
        # Slices are sorted by subject: with several, the held-out ones are mostly of other
        # subjects.
        kept = min(len(images) - 1, round(len(images) * (1 - self.params.held_share)))
        held, truth = images[kept:], labels[kept:]
        task = supervised(trainer, target, images[:kept], labels[:kept], role="target")
        of_source = self._loss(source, held, truth, trainer)
        iteration = 0

        def weigh() -> None:
            losses = torch.stack([of_source, self._loss(target, held, truth, trainer)])
            with torch.no_grad():
                pair.contributions.copy_(-self.params.rate * losses)
            target.train()

        def objective() -> dict[str, Tensor]:
            nonlocal iteration
            if iteration % self.params.weigh_every == 0:
                weigh()
            iteration += 1
            return task()

        trainer.optimise(target, objective, frozen=[source], predictor=pair)
        trainer.record(
            "expert_weights", dict(zip(("source", "target"), pair.weights(), strict=True))
        )

    @torch.no_grad()
    def _loss(self, expert: nn.Module, images: Tensor, labels: Tensor, trainer: Trainer) -> Tensor:
        """Return an expert's loss over all rounds, a scalar."""
        expert.eval()
        losses = []
        for rows in torch.arange(len(images), device=images.device).split(SLICES_AT_ONCE):
            with trainer.compute.autocast():
                logits = expert(images[rows])
            losses.append(squared_errors(logits, images[rows], labels[rows]))
        return torch.cat(losses).sum()


def squared_errors(logits: Tensor, images: Tensor, labels: Tensor) -> Tensor:
    """Return each slice's mean of (p - y)^2 over brain pixels, (slices,), in [0, 1]."""
    inside = in_brain(images, labels)
    chance = logits.float().softmax(dim=1)[:, 1:]
    errors = (chance - labels.float()).square() * inside
    return errors.flatten(1).sum(dim=1) / inside.flatten(1).sum(dim=1).clamp_min(1)
