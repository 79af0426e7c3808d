"""Backbones: the U-Net and the classifier with its encoder."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from benchmarks.engine.networks.stored import Buildable, BuildArguments


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


def u_net_encoder(width: int, inputs: int) -> tuple[nn.ModuleList, list[int]]:
    """Return five blocks, each with twice the channels of the previous one, and their channels."""
    channels = [width * 2**depth for depth in range(5)]
    pairs = zip([inputs, *channels[:-1]], channels, strict=True)
    return nn.ModuleList(conv_block(before, after) for before, after in pairs), channels


class Network(Buildable):
    """Base of all networks: five encoder blocks, an optional decoder, and a 1x1 head.

    ``decode`` computes the last features from the encoder's maps; ``head`` computes outputs from
    them.
    """

    def __init__(self, encoder: nn.ModuleList, channels: Sequence[int]) -> None:
        super().__init__()
        self.channels = list(channels)
        self.encoder = encoder
        self.pool = nn.MaxPool2d(2)
        self.upsample = nn.ModuleList()
        self.decoder = nn.ModuleList()
        self.head: nn.Conv2d  # set by each subclass, since it depends on the last features

    def arguments(self) -> BuildArguments:
        """Return the constructor's arguments."""
        inputs = next(self.encoder.parameters()).shape[1]
        return {"width": self.channels[0], "inputs": inputs, "outputs": self.head.out_channels}

    @property
    def stages(self) -> list[nn.Module]:
        """Return the stages before the head, from input to output."""
        pairs = zip(self.upsample, self.decoder, strict=True)
        return [*self.encoder, *(nn.ModuleList(pair) for pair in pairs)]

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
        """Return the last features before the head; without a decoder, the averaged bottleneck."""
        return encoded[-1].mean(dim=(2, 3), keepdim=True)

    def forward(self, images: Tensor) -> Tensor:
        """Return the head's outputs, (batch, outputs, h, w)."""
        outputs: Tensor = self.head(self.decode(self.encode(images)))
        return outputs


class UNet(Network):
    """The 2D U-Net as in Li et al. 2023; one output for each input pixel.

    Five blocks, the fifth is the bottleneck; transposed convolutions for upsampling; two logits per
    pixel. Ronneberger et al. 2015, with padding so that output and input have the same size.
    """

    def __init__(self, width: int, *, inputs: int = 1, outputs: int = 2) -> None:
        super().__init__(*u_net_encoder(width, inputs))
        pairs = [(self.channels[depth], self.channels[depth + 1]) for depth in reversed(range(4))]
        self.upsample = nn.ModuleList(
            nn.ConvTranspose2d(below, above, kernel_size=2, stride=2) for above, below in pairs
        )
        self.decoder = nn.ModuleList(conv_block(2 * above, above) for above, _ in pairs)
        self.head = nn.Conv2d(width, outputs, kernel_size=1)

    def decode(self, encoded: list[Tensor]) -> Tensor:
        """Return the last features before the head, (batch, width, height, width)."""
        features = encoded[-1]
        stages = zip(self.upsample, self.decoder, reversed(encoded[:-1]), strict=True)
        for upsample, block, skip in stages:
            features = block(torch.cat([upsample(features), skip], dim=1))
        return features


class Classifier(Network):
    """The U-Net's encoder averaged over space, and one linear layer: one output per slice."""

    def __init__(self, width: int, *, inputs: int = 1, outputs: int = 2) -> None:
        super().__init__(*u_net_encoder(width, inputs))
        self.head = nn.Conv2d(self.channels[-1], outputs, kernel_size=1)


def trainable_parameters(network: nn.Module) -> int:
    """Return the number of trainable parameters."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)
