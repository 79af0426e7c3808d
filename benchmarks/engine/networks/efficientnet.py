"""EfficientNet-Lite0 as an encoder, for networks that start from natural images.

Tan and Le 2019; the Lite variant, Google's TPU repository 2020, has no squeeze-and-excitation, and
ReLU6 for swish. Everything up to the last block is used; the layer of 1280 features for ImageNet's
classes is not. Ours: no stochastic depth, since training is short.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.engine.networks.backbones import Network, conv_block
from benchmarks.engine.networks.stored import BuildArguments

NATURAL_DEVIATION = 0.45
"""Standard deviation of ImageNet's channels as scaled for the weights' training.

Images were scaled to [-1, 1] by (x - 127) / 128; their mean is about 0. Brain images have mean 0
and deviation 1.
"""
STEM = 32
CHANNELS = (16, 24, 40, 112, 320)
"""Of the five encoder blocks, which halve the image one after the other."""


@dataclass(frozen=True)
class BlockPlan:
    """A sequence of inverted residuals: the first may have a stride, the others keep the size."""

    repeats: int
    channels: int
    kernel: int
    stride: int
    expansion: int


BLOCKS: tuple[tuple[BlockPlan, ...], ...] = (
    (BlockPlan(1, 16, 3, 1, 1),),
    (BlockPlan(2, 24, 3, 2, 6),),
    (BlockPlan(2, 40, 5, 2, 6),),
    (BlockPlan(3, 80, 3, 2, 6), BlockPlan(3, 112, 5, 1, 6)),
    (BlockPlan(4, 192, 5, 2, 6), BlockPlan(1, 320, 3, 1, 6)),
)


class StridedConv2d(nn.Conv2d):
    """A convolution with a stride and TensorFlow's padding.

    An odd pixel of padding is added at the bottom and the right.
    """

    def forward(self, images: Tensor) -> Tensor:
        """Return (batch, outputs, ceil(height / stride), ceil(width / stride))."""
        rows, columns = (self._padding(size) for size in images.shape[-2:])
        padded = functional.pad(
            images, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2)
        )
        return super().forward(padded)

    def _padding(self, size: int) -> int:
        kernel, stride = self.kernel_size[0], self.stride[0]
        return max(0, (-(-size // stride) - 1) * stride + kernel - size)


def unit(
    inputs: int, outputs: int, *, kernel: int = 1, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """Return a convolution, batch norm and ReLU6."""
    convolution: nn.Conv2d = (
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, groups=groups, bias=False)
        if stride == 1
        else StridedConv2d(inputs, outputs, kernel, stride=stride, groups=groups, bias=False)
    )
    return nn.Sequential(
        convolution,
        nn.BatchNorm2d(outputs, eps=1e-3),
        nn.ReLU6(inplace=True),
    )


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project; added to the input if both have the same shape."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.expand = nn.Identity() if expansion == 1 else unit(inputs, hidden)
        self.depthwise = unit(hidden, hidden, kernel=kernel, stride=stride, groups=hidden)
        self.project = unit(hidden, outputs)[:2]
        self.is_residual = stride == 1 and inputs == outputs

    def forward(self, features: Tensor) -> Tensor:
        """Return features at the block's stride."""
        found: Tensor = self.project(self.depthwise(self.expand(features)))
        return found + features if self.is_residual else found


def encoder_blocks() -> nn.ModuleList:
    """Return the five blocks, randomly initialised; the first begins with the stem."""
    blocks, before = nn.ModuleList(), STEM
    for plans in BLOCKS:
        block: list[nn.Module] = [] if blocks else [unit(3, STEM, kernel=3, stride=2)]
        for plan in plans:
            for number in range(plan.repeats):
                stride = plan.stride if number == 0 else 1
                block.append(
                    InvertedResidual(before, plan.channels, plan.kernel, stride, plan.expansion)
                )
                before = plan.channels
        blocks.append(nn.Sequential(*block))
    return blocks


def residual_names() -> Iterator[str]:
    """Return the names of the inverted residuals in our networks, from the input on."""
    for depth, plans in enumerate(BLOCKS):
        first = 1 if depth == 0 else 0  # after the stem
        for number in range(sum(plan.repeats for plan in plans)):
            yield f"encoder.{depth}.{first + number}"


class NaturalNetwork(Network):
    """A network whose encoder is EfficientNet-Lite0's."""

    def __init__(self) -> None:
        super().__init__(encoder_blocks(), CHANNELS)

    def encode(self, images: Tensor) -> list[Tensor]:
        """Return the five blocks' outputs, finest first, at 1/2 to 1/32 of the image's size.

        ``images`` is (batch, 1, height, width): the one channel, scaled as natural images, is used
        for red, green and blue.
        """
        features = (NATURAL_DEVIATION * images).expand(-1, 3, -1, -1)
        outputs: list[Tensor] = []
        # CPUs have no bf16 kernel for depthwise convolutions: bf16 took 1.7 times as long.
        with torch.autocast("cpu", enabled=False):
            for block in self.encoder:
                features = block(features)
                outputs.append(features)
        return outputs


class NaturalUNet(NaturalNetwork):
    """The encoder with a U-Net's decoder of ``width`` channels upwards; sides must be even."""

    def __init__(self, width: int, *, outputs: int = 2) -> None:
        super().__init__()
        widths = [width * factor for factor in (8, 4, 2, 1, 1)]
        below = [CHANNELS[-1], *widths[:-1]]
        skips = [*reversed(CHANNELS[:-1]), 0]
        self.upsample = nn.ModuleList(
            nn.ConvTranspose2d(before, after, kernel_size=2, stride=2)
            for before, after in zip(below, widths, strict=True)
        )
        self.decoder = nn.ModuleList(
            conv_block(after + skip, after) for after, skip in zip(widths, skips, strict=True)
        )
        self.head = nn.Conv2d(width, outputs, kernel_size=1)

    def arguments(self) -> BuildArguments:
        """Return the decoder's width and the number of outputs per pixel."""
        return {"width": self.head.in_channels, "outputs": self.head.out_channels}

    def decode(self, encoded: list[Tensor]) -> Tensor:
        """Return the last features before the head, (batch, width, height, width)."""
        features = encoded[-1]
        skips = [*reversed(encoded[:-1]), None]
        for upsample, block, skip in zip(self.upsample, self.decoder, skips, strict=True):
            features = upsample(features)
            if skip is not None:
                rows, columns = skip.shape[-2:]
                features = torch.cat([features[..., :rows, :columns], skip], dim=1)
            features = block(features)
        return features


class NaturalClassifier(NaturalNetwork):
    """The encoder averaged over space, and one linear layer: one output per slice."""

    def __init__(self, *, outputs: int = 2) -> None:
        super().__init__()
        self.head = nn.Conv2d(CHANNELS[-1], outputs, kernel_size=1)

    def arguments(self) -> BuildArguments:
        """Return the number of outputs per slice."""
        return {"outputs": self.head.out_channels}
