"""Mixtures: several networks combined into one predictor."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax, softmax

from benchmarks.engine.networks.stored import Buildable, BuildArguments


class Mixture(Buildable):
    """The mean of its members' probabilities, weighted by softmax(contributions)."""

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.contributions = nn.Parameter(torch.zeros(len(members)))

    def arguments(self) -> BuildArguments:
        """Return the members."""
        return {"members": self.members}

    def weights(self) -> list[float]:
        """Return the members' weights, which sum to 1."""
        return [round(value, 6) for value in softmax(self.contributions.detach(), dim=0).tolist()]

    def forward(self, images: Tensor) -> Tensor:
        """Return log probabilities as logits, (batch, classes, h, w); in regression, the mean."""
        outputs = torch.stack([member(images).float() for member in self.members])
        shape = (-1, 1, 1, 1, 1)
        if outputs.shape[2] == 1:
            return (softmax(self.contributions, dim=0).view(shape) * outputs).sum(dim=0)
        shares = log_softmax(self.contributions, dim=0).view(shape)
        return torch.logsumexp(shares + log_softmax(outputs, dim=2), dim=0)
