"""Backbones."""

import torch
from torch import Tensor, nn


def conv_block(inputs: int, outputs: int) -> nn.Sequential:
    """Return two 3x3 convolutions, each with batch norm and ReLU."""
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers += [
            nn.Conv2d(channels, outputs, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    """The classic 2D U-Net as Li et al. 2023 use it.

    Five blocks, the fifth is the bottleneck; transposed convolutions on the way up; two logits a
    pixel. Ronneberger et al. 2015, with padding so that output and input have one size.
    """

    def __init__(self, width: int, *, inputs: int = 1, classes: int = 2) -> None:
        super().__init__()
        channels = [width * 2**depth for depth in range(5)]
        self.encoder = nn.ModuleList(
            conv_block(before, after)
            for before, after in zip([inputs, *channels[:-1]], channels, strict=True)
        )
        self.pool = nn.MaxPool2d(2)
        self.upsample = nn.ModuleList(
            nn.ConvTranspose2d(channels[depth + 1], channels[depth], kernel_size=2, stride=2)
            for depth in reversed(range(4))
        )
        self.decoder = nn.ModuleList(
            conv_block(2 * channels[depth], channels[depth]) for depth in reversed(range(4))
        )
        self.head = nn.Conv2d(width, classes, kernel_size=1)

    def encode(self, images: Tensor) -> list[Tensor]:
        """Return the five blocks' outputs, finest first; the last is the bottleneck.

        ``images`` is (batch, inputs, height, width) with sides that are multiples of 16.
        """
        outputs: list[Tensor] = []
        for depth, block in enumerate(self.encoder):
            images = block(images if depth == 0 else self.pool(images))
            outputs.append(images)
        return outputs

    def decode(self, encoded: list[Tensor]) -> Tensor:
        """Return the last features before the head, (batch, width, height, width)."""
        features = encoded[-1]
        stages = zip(self.upsample, self.decoder, reversed(encoded[:-1]), strict=True)
        for upsample, block, skip in stages:
            features = block(torch.cat([upsample(features), skip], dim=1))
        return features

    def forward(self, images: Tensor) -> Tensor:
        """Return logits, (batch, classes, height, width)."""
        logits: Tensor = self.head(self.decode(self.encode(images)))
        return logits


def trainable_parameters(network: nn.Module) -> int:
    """Return how many numbers an optimiser may change."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)
