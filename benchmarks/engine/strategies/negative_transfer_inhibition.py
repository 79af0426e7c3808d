"""Negative-transfer inhibition: the source network is weighted by its accuracy on the target."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
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
    the unchanged source network, and a network trained on the target from random weights. l is the
    squared error of a probability, which is exp-concave up to eta = 1/2, so that over T rounds the
    mixture's loss exceeds the better expert's by at most 2 ln 2, for any sequence: 2 ln 2 / T a
    round. A round t is a brain pixel of a slice held out from training, as online learning
    evaluates before it learns. With a slice as a round, two labelled people made 4 rounds and a
    bound of 0.35, above any loss that occurs; pixels make thousands. Pixels of one slice are
    alike, which the bound allows, but the weights then nearly select the expert that is better on
    the held-out people.

    Held-out slices are whole people where there are two or more. ``hedge`` records rounds, bound
    and losses.
    """

    def __init__(self, params: InhibitionParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on most labelled target slices and weight both networks on the others."""
        source = trainer.new_network(access.source_weights)
        target = trainer.new_network()
        pair = Mixture([source, target]).to(trainer.compute.device)
        images, labels = access.target_images, access.target_labels
        kept = kept_slices(len(images), access.target_people, self.params.held_share)
        held, truth = images[kept:], labels[kept:]
        rounds = int(in_brain(held, truth).sum())
        task = supervised(trainer, target, images[:kept], labels[:kept], role="target")
        of_source = self._loss(source, held, truth, trainer)
        losses = torch.stack([of_source, of_source])
        iteration = 0

        def weigh() -> None:
            nonlocal losses
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
        mean = (losses / max(1, rounds)).tolist()
        trainer.record(
            "hedge",
            {
                "rounds": rounds,
                "bound": regret_bound(rounds),
                "losses": dict(zip(("source", "target"), mean, strict=True)),
            },
        )

    @torch.no_grad()
    def _loss(self, expert: nn.Module, images: Tensor, labels: Tensor, trainer: Trainer) -> Tensor:
        """Return an expert's loss over all rounds, a scalar in double precision."""
        expert.eval()
        losses = []
        for rows in torch.arange(len(images), device=images.device).split(SLICES_AT_ONCE):
            with trainer.compute.autocast():
                logits = expert(images[rows])
            losses.append(squared_errors(logits, images[rows], labels[rows]))
        return torch.cat(losses).sum()


def regret_bound(rounds: int) -> float:
    """Return 2 ln 2 / rounds: the most by which the mixture loses to the better expert."""
    return 2 * math.log(2) / max(1, rounds)


def kept_slices(count: int, people: NDArray[np.int_] | None, held_share: float) -> int:
    """Return how many of ``count`` slices train; the others, after them, are held out.

    Slices are sorted by person. With two people or more, whole ones are held out, at least one;
    else the last slices.
    """
    kept = min(count - 1, round(count * (1 - held_share)))
    if people is None or len(np.unique(people)) < 2:
        return kept
    starts = np.flatnonzero(np.diff(people)) + 1  # the first slice of every person but the first
    return int(starts[np.abs(starts - kept).argmin()])


def squared_errors(logits: Tensor, images: Tensor, labels: Tensor) -> Tensor:
    """Return each slice's sum of (p - y)^2 over brain pixels, (slices,), in double precision."""
    inside = in_brain(images, labels)
    chance = logits.float().softmax(dim=1)[:, 1:]
    errors = (chance - labels.float()).square() * inside
    return errors.flatten(1).sum(dim=1, dtype=torch.float64)
