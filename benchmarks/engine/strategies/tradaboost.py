"""TrAdaBoost: boosting that lowers the weights of misclassified source slices."""

import copy
from collections.abc import Sequence
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.engine.methods.features.frozen_features import in_brain
from benchmarks.engine.methods.weighting.ratio import Array, mean_one
from benchmarks.engine.methods.weighting.tradaboost import updated_weights
from benchmarks.engine.networks.stored import Buildable, BuildArguments
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.strategies.shared.weighted_source import record_instance_weights
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.slice_losses import balanced_errors
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.instance import TrAdaBoostParams

SLICES_AT_ONCE = 64


class Vote(Buildable):
    """A weighted vote of networks: class 1 where sum_t v_t h_t(x) >= 1/2 sum_t v_t."""

    votes: Tensor

    def __init__(self, networks: Sequence[nn.Module], votes: Sequence[float]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.register_buffer("votes", torch.tensor(votes) / sum(votes))

    def arguments(self) -> BuildArguments:
        """Return the voters."""
        return {"networks": self.networks}

    @classmethod
    def build(cls, *, networks: Sequence[nn.Module]) -> Self:
        """Return a vote with equal weights."""
        return cls(networks, [1.0] * len(networks))

    def forward(self, images: Tensor) -> Tensor:
        """Return the logarithms of the voters' mean probabilities, (batch, 2, height, width)."""
        shares = [network(images).float().softmax(dim=1) for network in self.networks]
        mean = torch.einsum("v,vbchw->bchw", self.votes, torch.stack(shares))
        return mean.clamp_min(torch.finfo(mean.dtype).tiny).log()


class TrAdaBoostNetworks:
    """Boost networks over source and labelled target slices (Dai et al. 2007, algorithm 1).

    After round t, w_i <- w_i b^e_i for source slices with b = 1 / (1 + sqrt(2 ln n / N)), and w_j
    <- w_j b_t^-e_j for target slices with b_t = e_t / (1 - e_t), where e_t is the weighted target
    error. The later half of the rounds votes, each with ln(1 / b_t). Ours: a slice is an instance,
    and its error is balanced over region and rest, so that chance is 1/2 as the algorithm assumes.
    Slices are drawn in proportion to their weights. Each round continues from the previous network,
    since training each from scratch would cost N fits. Probabilities vote, which algorithm 1
    allows. A round's network votes with the previous round's weight until its own is computed.
    """

    def __init__(self, params: TrAdaBoostParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train in rounds, and propose the vote."""
        source, source_labels = access.source_images, access.source_labels
        images = torch.cat([source, access.target_images])
        labels = torch.cat([source_labels, access.target_labels])
        rounds, count = self.params.rounds, len(source)
        network = trainer.new_network()
        weights, vote = np.ones(len(images)), 1.0
        networks: list[nn.Module] = []
        votes: list[float] = []
        for number in range(1, rounds + 1):
            drawn = torch.from_numpy(weights)
            trainer.optimise(
                network,
                supervised(trainer, network, images, labels, role="pooled", weights=drawn),
                share=1 / rounds,
                predictor=Vote([*networks, network], [*votes, vote]),
                proposes_end=number < rounds,
            )
            errors = slice_errors(trainer, network, images, labels)
            update = updated_weights(weights, errors, source_count=count, rounds=rounds)
            weights, vote = update.weights / update.weights.sum(), update.vote
            if number >= rounds / 2:
                networks.append(copy.deepcopy(network))
                votes.append(vote)
        trainer.propose(Vote(networks, votes), trainer.settings.iterations)
        record_instance_weights(trainer, mean_one(weights[:count]))
        trainer.record("target_share", float(weights[count:].sum()))


@torch.no_grad()
def slice_errors(trainer: Trainer, network: nn.Module, images: Tensor, labels: Tensor) -> Array:
    """Return the balanced error of each slice, (slices,), with the network in eval mode."""
    network.eval()
    errors = []
    for chunk, truth in zip(
        images.split(SLICES_AT_ONCE), labels.split(SLICES_AT_ONCE), strict=True
    ):
        with trainer.compute.autocast():
            masks = network(chunk).argmax(dim=1)
        errors.append(balanced_errors(masks, truth[:, 0], in_brain(chunk, truth)[:, 0]))
    return torch.cat(errors).double().cpu().numpy()
