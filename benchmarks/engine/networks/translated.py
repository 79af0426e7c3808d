"""Networks with a translation of their input, and translations stored as tables."""

from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.engine.networks.by_domain import KnowsDomain, Side
from benchmarks.engine.networks.stored import Buildable, BuildArguments

PIXELS_AT_ONCE = 4096


class Translated(KnowsDomain):
    """A source network; target images are translated before it, background stays exactly 0."""

    def __init__(self, translation: nn.Module, network: nn.Module) -> None:
        super().__init__()
        self.translation = translation
        self.network = network

    def arguments(self) -> BuildArguments:
        """Return both parts."""
        return {"translation": self.translation, "network": self.network}

    def on(self, side: Side) -> nn.Module:
        """Return the network alone for the source, whose images need no translation."""
        return self.network if side == "source" else self

    def forward(self, images: Tensor) -> Tensor:
        """Return the network's logits for the translated images."""
        logits: Tensor = self.network(self.translation(images) * (images != 0))
        return logits


class IntensityMap(Buildable):
    """A piecewise linear map of intensities through knots, of slope 1 beyond the outermost."""

    knots: Tensor
    values: Tensor

    def __init__(self, knots: Tensor, values: Tensor) -> None:
        super().__init__()
        self.register_buffer("knots", knots.float())
        self.register_buffer("values", values.float())

    def arguments(self) -> BuildArguments:
        """Return the number of knots."""
        return {"count": len(self.knots)}

    @classmethod
    def build(cls, *, count: int) -> Self:
        """Return a map of ``count`` knots, all 0."""
        return cls(torch.zeros(count), torch.zeros(count))

    def forward(self, images: Tensor) -> Tensor:
        """Return ``images`` with every intensity mapped."""
        if len(self.knots) == 1:
            return images - self.knots + self.values
        inside = images.clamp(self.knots[0], self.knots[-1]).contiguous()
        index = torch.searchsorted(self.knots, inside).clamp(1, len(self.knots) - 1)
        low, high = self.knots[index - 1], self.knots[index]
        share = (inside - low) / (high - low).clamp_min(torch.finfo(low.dtype).tiny)
        mapped = torch.lerp(self.values[index - 1], self.values[index], share)
        return mapped + (images - inside)


class PatchMap(Buildable):
    """A map of patches by nearest neighbour: its value replaces the centre, or is added to it.

    ``known`` is (m, size * size). ``answers`` (m,) are the centres' new values, or with ``adds``
    their increments.
    """

    known: Tensor
    answers: Tensor

    def __init__(self, known: Tensor, answers: Tensor, *, adds: bool) -> None:
        super().__init__()
        self.register_buffer("known", known.float())
        self.register_buffer("answers", answers.float())
        self.adds = adds

    def arguments(self) -> BuildArguments:
        """Return the number of known patches, their pixels, and whether values are added."""
        count, pixels = self.known.shape
        return {"count": count, "pixels": pixels, "adds": self.adds}

    @classmethod
    def build(cls, *, count: int, pixels: int, adds: bool) -> Self:
        """Return a map of ``count`` patches, all 0."""
        return cls(torch.zeros(count, pixels), torch.zeros(count), adds=adds)

    def forward(self, images: Tensor) -> Tensor:
        """Return ``images`` with every brain pixel mapped by the patch around it."""
        size = round(self.known.shape[1] ** 0.5)
        patches = brain_patches(images, size).split(PIXELS_AT_ONCE)
        found = torch.cat([self.answers[self._nearest(chunk)] for chunk in patches])
        mapped = images.clone()
        inside = images != 0
        mapped[inside] = images[inside] + found if self.adds else found
        return mapped

    def _nearest(self, patches: Tensor) -> Tensor:
        """Return the index of the nearest known patch, (n,), for (n, size * size)."""
        # bf16 is too coarse to find the nearest.
        with torch.autocast(patches.device.type, enabled=False):
            halved = self.known.square().sum(dim=1) / 2 - patches @ self.known.T
        return halved.argmin(dim=1)


def brain_patches(images: Tensor, size: int) -> Tensor:
    """Return the patch around each brain pixel, (pixels, size * size), of (slices, 1, H, W).

    In the order of ``images[images != 0]``; outside the image is background.
    """
    columns = functional.unfold(images.contiguous(), size, padding=size // 2)  # (slices, d, H * W)
    inside = (images != 0).flatten(1)
    return columns.transpose(1, 2)[inside]


def drawn_rows(samples: Tensor, at_most: int, generator: torch.Generator) -> Tensor:
    """Return at most ``at_most`` rows of ``samples``, drawn without replacement."""
    chosen = torch.randperm(len(samples), generator=generator)[:at_most]
    return samples[chosen.to(samples.device)]
