"""A translation by nearest neighbours among patches of ranks."""

from typing import Self

import torch
from torch import Tensor

from benchmarks.engine.networks.stored import Buildable, BuildArguments
from benchmarks.engine.networks.translated import brain_patches

PIXELS_AT_ONCE = 2048


class RankMap(Buildable):
    """A map of patches to source intensities: the mean over the nearest known patches of ranks.

    ``known`` is (m, size * size): ranks of pixels within the brain of their slice. ``answers`` (m,)
    are the intensities at the patches' centres. ``neighbours`` are averaged.
    """

    known: Tensor
    answers: Tensor

    def __init__(self, known: Tensor, answers: Tensor, *, neighbours: int) -> None:
        super().__init__()
        self.register_buffer("known", known.float())
        self.register_buffer("answers", answers.float())
        self.neighbours = neighbours

    def arguments(self) -> BuildArguments:
        """Return the number of known patches, their pixels, and the number of neighbours."""
        count, pixels = self.known.shape
        return {"count": count, "pixels": pixels, "neighbours": self.neighbours}

    @classmethod
    def build(cls, *, count: int, pixels: int, neighbours: int) -> Self:
        """Return a map of ``count`` patches, all 0."""
        return cls(torch.zeros(count, pixels), torch.zeros(count), neighbours=neighbours)

    def forward(self, images: Tensor) -> Tensor:
        """Return ``images`` with every brain pixel replaced."""
        size = round(self.known.shape[1] ** 0.5)
        chunks = brain_patches(brain_ranks(images), size).split(PIXELS_AT_ONCE)
        found = torch.cat([self._mean_of_nearest(chunk) for chunk in chunks])
        mapped = images.clone()
        mapped[images != 0] = found.to(mapped.dtype)
        return mapped

    def _mean_of_nearest(self, patches: Tensor) -> Tensor:
        # bf16 is too coarse to find the nearest.
        with torch.autocast(patches.device.type, enabled=False):
            halved = self.known.square().sum(dim=1) / 2 - patches @ self.known.T
        count = min(self.neighbours, len(self.known))
        nearest = halved.topk(count, dim=1, largest=False).indices
        return self.answers[nearest].mean(dim=1)


def brain_ranks(images: Tensor) -> Tensor:
    """Return each brain pixel's rank within its slice, in (0, 1], and 0 for background.

    No increasing change of a slice's intensities changes them. Equal values are ranked in order.
    """
    flat = images.float().flatten(1)
    inside = flat != 0
    ordered = torch.where(inside, flat, -torch.inf)  # background comes first
    places = ordered.argsort(dim=1, stable=True).argsort(dim=1)
    outside = (~inside).sum(dim=1, keepdim=True)
    ranks = (places - outside + 1) / inside.sum(dim=1, keepdim=True).clamp_min(1)
    return torch.where(inside, ranks, 0.0).view(images.shape)
