"""CUT: one-sided translation of target images into source images, held by contrastive patches."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.engine.methods.translation.contrastive import at_positions, patch_nce
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
from benchmarks.plan.catalog.asymmetric import CutParams

LAYERS = (1, 4)
"""Of the generator, after whose activations patches are compared: at full and at half size."""
BACKGROUND = 1e-6  # weight of background among the positions drawn: only where a brain is too small


class _Parts(nn.Module):
    """A translator into the source, its critic, and a projection for each layer compared."""

    def __init__(self, params: CutParams) -> None:
        super().__init__()
        self.translate = Generator(params.width, params.blocks)
        self.critic = patch_discriminator(params.width)
        self.projections = nn.ModuleList(
            nn.Sequential(nn.Conv2d(channels, params.projected, kernel_size=1), nn.ReLU(),
                          nn.Conv2d(params.projected, params.projected, kernel_size=1))
            for channels in (params.width, 2 * params.width)
        )  # fmt: skip


class Cut:
    """Translate by L_GAN(G, D_S) + nce * [L_PatchNCE(t, G(t)) + L_PatchNCE(s, G(s))].

    Park et al. 2020, with G: target to source. Each patch of G(t) has to be recognised among the
    patches of t as the one at its place, by features of G's own encoder and a small projection; the
    second term keeps G from changing source images (their identity loss). There is no way back and
    no second translator, which CycleGAN needs. The source network is then applied to G(t). Ours:
    one step trains generator and critic, all parts are far smaller, the translator starts as the
    identity, two layers are compared where they have five, and patches lie in the brain, since all
    background is alike. All iterations train the translation; the source network is unchanged.
    """

    def __init__(self, params: CutParams) -> None:
        self.params = params

    def own_layers(self, network: Network, images: Tensor, features: Tensor) -> list[Applied]:
        """Return the translator, the critic and the projections."""
        parts = _Parts(self.params)
        sampled = [
            images.new_empty(len(images), channels, self.params.patches, 1)
            for channels in (self.params.width, 2 * self.params.width)
        ]
        projections: list[Applied] = list(zip(parts.projections, sampled, strict=True))
        return [(parts.translate, images), (parts.critic, images), *projections]

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train the translator and propose the source network applied to its output."""
        network = trainer.new_network(access.source_weights).eval()
        source, target = access.source_images, access.target_images
        parts = seeded_module(trainer, "target to source", lambda: _Parts(self.params))
        generator = trainer.generator("patches")

        def contrast(before: Tensor, after: Tensor) -> Tensor:
            return contrastive_loss(parts, before, after, self.params, generator)

        def objective() -> dict[str, Tensor]:
            real_source = source[trainer.draw(len(source), "source")]
            real_target = target[trainer.draw(len(target), "target")]
            fake = parts.translate(real_target)
            fooled, judged = adversarial_losses(parts.critic, real_source, fake)
            kept = contrast(real_target, fake)
            same = contrast(real_source, parts.translate(real_source))
            loss = fooled + judged + self.params.nce * (kept + same)
            return {"loss": loss, "generator": fooled, "critic": judged, "nce": kept, "same": same}

        made = [*parts.translate.parameters(), *parts.projections.parameters()]
        trainer.optimise(
            parts,
            objective,
            groups=[
                ParameterGroup(made, self.params.generator_rate),
                ParameterGroup(list(parts.critic.parameters()), self.params.critic_rate),
            ],
            predictor=Translated(parts.translate, network),
        )


def contrastive_loss(
    parts: _Parts, before: Tensor, after: Tensor, params: CutParams, generator: torch.Generator
) -> Tensor:
    """Return the mean over layers of PatchNCE between images and their translation, a scalar."""
    losses = []
    layers = zip(
        encoded(parts.translate, before),
        encoded(parts.translate, after),
        parts.projections,
        strict=True,
    )
    for known, made, project in layers:
        positions = brain_positions(before, known.shape[-2:], params.patches, generator)
        queries, keys = (project(at_positions(x, positions)) for x in (made, known))
        losses.append(patch_nce(queries, keys.detach(), params.temperature))
    return torch.stack(losses).mean()


def encoded(translate: Generator, images: Tensor) -> list[Tensor]:
    """Return the translator's own features of images at the layers compared."""
    found, features = [], images
    for number, layer in enumerate(list(translate.layers.children())[: max(LAYERS) + 1]):
        features = layer(features)
        if number in LAYERS:
            found.append(features)
    return found


def brain_positions(
    images: Tensor, size: tuple[int, ...], count: int, generator: torch.Generator
) -> Tensor:
    """Return ``count`` different positions in the brain of each image, (images, count).

    They count pixels of maps of ``size`` row by row. Background is drawn where the brain has fewer
    pixels; at most all pixels are returned.
    """
    share = functional.interpolate((images != 0).float(), size=size, mode="area").flatten(1)
    weights = (share > 0.5).float().cpu() + BACKGROUND
    drawn = torch.multinomial(weights, min(count, weights.shape[1]), generator=generator)
    return drawn.to(images.device)
