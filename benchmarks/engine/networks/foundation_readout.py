"""A linear layer on the features of a frozen foundation encoder, as a predictor."""

from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.engine.networks import foundation
from benchmarks.engine.networks.stored import Buildable, BuildArguments

SLICES_AT_ONCE = 16


class FoundationReadout(Buildable):
    """Batch norm and a linear layer on the encoder's features, enlarged to the image.

    The encoder is not part of the stored state: it is read from its file, by its SHA-256. With
    ``are_maps`` false the whole image's token is used and there is one output for each slice.
    """

    def __init__(
        self, sha256: str, outputs: int, pixels: int, *, are_maps: bool, features: int
    ) -> None:
        super().__init__()
        self.sha256 = sha256
        self.pixels = pixels
        self.are_maps = are_maps
        self.head = nn.Sequential(
            nn.BatchNorm2d(features), nn.Conv2d(features, outputs, kernel_size=1)
        )

    def arguments(self) -> BuildArguments:
        """Return the encoder's digest and what the layer's shape depends on."""
        last = self.head[1]
        return {
            "sha256": self.sha256,
            "outputs": last.out_channels,
            "pixels": self.pixels,
            "are_maps": self.are_maps,
            "features": last.in_channels,
        }

    @classmethod
    def build(
        cls, *, sha256: str, outputs: int, pixels: int, are_maps: bool, features: int
    ) -> Self:
        """Return a readout with arbitrary weights."""
        return cls(sha256, outputs, pixels, are_maps=are_maps, features=features)

    @torch.no_grad()
    def features(self, images: Tensor) -> Tensor:
        """Return the frozen features of images (slices, 1, height, width), in fp32.

        (slices, d, height / pixels, width / pixels), or (slices, d, 1, 1). Images are enlarged so
        that a patch of the encoder covers ``pixels`` pixels a side; the one channel serves as red,
        green and blue, and is scaled as the encoder's images are: mean 0, deviation 1.
        """
        encoder = foundation.foundation_encoder(self.sha256, images.device)
        rows, columns = (max(1, side // self.pixels) for side in images.shape[-2:])
        size = (rows * foundation.PATCH, columns * foundation.PATCH)
        found = []
        with torch.autocast(images.device.type, enabled=False):
            for chunk in images.float().split(SLICES_AT_ONCE):
                large = functional.interpolate(chunk, size=size, mode="bicubic")
                whole, patches = encoder(large.expand(-1, 3, -1, -1))
                found.append(patches if self.are_maps else whole[:, :, None, None])
        return torch.cat(found)

    def read(self, features: Tensor, size: torch.Size) -> Tensor:
        """Return outputs of features, enlarged to ``size`` where they are maps."""
        outputs: Tensor = self.head(features)
        if not self.are_maps:
            return outputs
        return functional.interpolate(outputs, size=size, mode="bilinear")

    def forward(self, images: Tensor) -> Tensor:
        """Return outputs of images (slices, 1, height, width)."""
        return self.read(self.features(images), images.shape[-2:])
