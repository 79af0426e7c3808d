"""Translators of images and critics of the result, which strategies with adversaries share."""

from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from benchmarks.engine.networks.stored import Buildable, BuildArguments


class ResidualBlock(nn.Module):
    """Two convolutions whose result is added to the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, kernel_size=3, padding=1),
            nn.InstanceNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, kernel_size=3, padding=1),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Return features of the same shape."""
        added: Tensor = features + self.layers(features)
        return added


class Generator(Buildable):
    """An image translator, initially the identity; background stays 0."""

    def __init__(self, width: int, blocks: int) -> None:
        super().__init__()
        self._size = {"width": width, "blocks": blocks}
        last = nn.Conv2d(width, 1, kernel_size=3, padding=1)
        for parameter in last.parameters():
            nn.init.zeros_(parameter)
        self.layers = nn.Sequential(
            nn.Conv2d(1, width, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, 2 * width, kernel_size=3, stride=2, padding=1),
            nn.InstanceNorm2d(2 * width),
            nn.ReLU(inplace=True),
            *(ResidualBlock(2 * width) for _ in range(blocks)),
            nn.ConvTranspose2d(2 * width, width, kernel_size=2, stride=2),
            nn.ReLU(inplace=True),
            last,
        )

    def arguments(self) -> BuildArguments:
        """Return width and number of residual blocks."""
        return self._size

    def forward(self, images: Tensor) -> Tensor:
        """Return translated images, (slices, 1, height, width)."""
        translated: Tensor = (images + self.layers(images)) * (images != 0)
        return translated


def patch_discriminator(width: int) -> nn.Sequential:
    """Return a network that scores overlapping patches of an image, 1 for real."""
    return nn.Sequential(
        nn.Conv2d(1, width, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(width, 2 * width, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(2 * width, 1, kernel_size=3, padding=1),
    )


def adversarial_losses(critic: nn.Module, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Return the generator's E(D(fake) - 1)^2 and the critic's [E(D(real) - 1)^2 + E D(fake)^2]/2.

    Least squares instead of logarithms (Zhu et al. 2017, section 4). Patches are weighted by their
    share of brain, since background is the same in all images. Neither loss has a gradient for the
    other's weights, so that one backward pass serves both.
    """
    fixed = {name: value.detach() for name, value in critic.state_dict(keep_vars=True).items()}
    fooled = _miss(functional_call(critic, fixed, (fake,)), fake, wanted=1.0)
    on_real = _miss(critic(real), real, wanted=1.0)
    on_fake = _miss(critic(fake.detach()), fake, wanted=0.0)
    return fooled, (on_real + on_fake) / 2


def _miss(scores: Tensor, images: Tensor, *, wanted: float) -> Tensor:
    """Return the mean of (score - wanted)^2 over the brain."""
    share = functional.interpolate((images != 0).float(), size=scores.shape[-2:], mode="area")
    missed = (scores.float() - wanted).square()
    return (share * missed).sum() / share.sum().clamp_min(1e-6)
