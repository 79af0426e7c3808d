"""CycleGAN: unpaired translation of target images into source images."""

from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.initialisation import seeded_module
from benchmarks.engine.networks.stored import Buildable, BuildArguments
from benchmarks.engine.networks.translated import Translated
from benchmarks.engine.training.access import Access, Applied
from benchmarks.engine.training.trainer import ParameterGroup, Trainer
from benchmarks.plan.catalog.asymmetric import CycleGanParams


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


def _learning(*modules: nn.Module, rate: float) -> ParameterGroup:
    return ParameterGroup([p for module in modules for p in module.parameters()], rate)


class _Pair(nn.Module):
    """A translator into one domain, and the critic of that domain."""

    def __init__(self, params: CycleGanParams) -> None:
        super().__init__()
        self.translate = Generator(params.width, params.blocks)
        self.critic = patch_discriminator(params.width)


class CycleGan:
    """Translate the target to the source by L_GAN(G, D_S) + L_GAN(F, D_T) + cycle * L_cycle.

    Zhu et al. 2017, eq. 3, with G: target to source, F back, and L_cycle = E||F(G(t)) - t||_1 +
    E||G(F(s)) - s||_1 (eq. 2). The source network is then applied to G(t). Ours: generators and
    critics are trained in the same step where theirs alternate, without their buffer of 50 earlier
    fakes; they are far smaller; translators start as the identity, since the domains show the same
    organ; critics have no instance norm, which hides intensities. All iterations train the
    translation; the source network is unchanged.
    """

    def __init__(self, params: CycleGanParams) -> None:
        self.params = params

    def own_layers(self, network: Network, images: Tensor, features: Tensor) -> list[Applied]:
        """Return a translator and a critic."""
        pair = _Pair(self.params)
        return [(pair.translate, images), (pair.critic, images)]

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train the translators and propose the source network applied to G's output."""
        network = trainer.new_network(access.source_weights).eval()
        source, target = access.source_images, access.target_images
        forward = seeded_module(trainer, "target to source", lambda: _Pair(self.params))
        back = seeded_module(trainer, "source to target", lambda: _Pair(self.params))

        def objective() -> dict[str, Tensor]:
            real_source = source[trainer.draw(len(source), "source")]
            real_target = target[trainer.draw(len(target), "target")]
            fake_source = forward.translate(real_target)
            fake_target = back.translate(real_source)
            cycle = functional.l1_loss(back.translate(fake_source), real_target)
            cycle = cycle + functional.l1_loss(forward.translate(fake_target), real_source)
            to_source, judges_source = adversarial_losses(forward.critic, real_source, fake_source)
            to_target, judges_target = adversarial_losses(back.critic, real_target, fake_target)
            generators = to_source + to_target + self.params.cycle * cycle
            critics = judges_source + judges_target
            return {
                "loss": generators + critics,
                "generators": generators,
                "critics": critics,
                "cycle": cycle,
            }

        trainer.optimise(
            forward,
            objective,
            groups=[
                _learning(forward.translate, back.translate, rate=self.params.generator_rate),
                _learning(forward.critic, back.critic, rate=self.params.critic_rate),
            ],
            own_modules=[back],
            predictor=Translated(forward.translate, network),
        )
