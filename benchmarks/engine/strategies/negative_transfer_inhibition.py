"""Negative-transfer inhibition: the source is listened to as far as it is right."""

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
    """Answer a_S p_S(x) + a_T p_T(x) with a_k proportional to exp(-eta sum_t l(p_k(x_t), y_t)).

    The review's study inhibits negative transfer by online transfer learning that needs the source
    model's outputs alone. Our reading is Hedge over two experts, as Zhao and Hoi 2010 weigh them:
    the source network as it is, and a network trained on the target from random weights. Rounds t
    are labelled slices that are kept from training, since online learning too judges each slice
    before it learns from it; l is the mean squared error of the probabilities within the brain.
    This l is exp-concave up to eta = 1/2, so the mixture loses at most 2 ln 2 more than the better
    expert, however many rounds there are.
    """

    def __init__(self, params: InhibitionParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on most labelled target slices and weigh both networks on the others."""
        source = trainer.new_network(access.source_weights)
        target = trainer.new_network()
        pair = Mixture([source, target]).to(trainer.compute.device)
        images, labels = access.target_images, access.target_labels
        # Slices lie subject by subject: with several, those held back are mostly other people's.
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
        """Return what an expert loses over all rounds, a scalar."""
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
