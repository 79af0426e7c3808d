"""CycleGAN: unpaired translation of target images into source images."""

from torch import Tensor, nn
from torch.nn import functional

from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.initialisation import seeded_module
from benchmarks.engine.networks.translated import Translated
from benchmarks.engine.strategies.shared.translators import (
    Generator,
    adversarial_losses,
    patch_discriminator,
)
from benchmarks.engine.training.access import Access, Applied
from benchmarks.engine.training.trainer import ParameterGroup, Trainer
from benchmarks.plan.catalog.asymmetric import CycleGanParams


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
