"""Modality dropout: random input channels are dropped in training, so that none is essential."""

from typing import Self

import torch
from torch import Tensor, nn

from benchmarks.engine.methods.appearance.contrast_channels import CHANNELS, contrast_channels
from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.initialisation import seeded_module
from benchmarks.engine.networks.stored import Buildable, BuildArguments
from benchmarks.engine.strategies.shared.adversarial import (
    domain_classifier,
    domain_loss,
    ramp,
    reverse_gradient,
)
from benchmarks.engine.training.access import Access, Applied
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import ModalityDropoutParams


class SeesAppearances(Buildable):
    """A network over the appearances of its input."""

    def __init__(self, network: Network, first: nn.Conv2d) -> None:
        super().__init__()
        self.network = network
        network.encoder.get_submodule("0").register_module("0", first)

    def arguments(self) -> BuildArguments:
        """Return the network, whose first layer already takes all appearances."""
        return {"network": self.network}

    @classmethod
    def build(cls, *, network: Network) -> Self:
        """Return the module with a new first layer."""
        return cls(network, first_layer(network.channels[0]))

    def features(self, channels: Tensor) -> Tensor:
        """Return the last feature map for appearances, dropped or not."""
        return self.network.decode(self.network.encode(channels))

    def forward(self, images: Tensor) -> Tensor:
        """Return logits for all appearances, none dropped."""
        logits: Tensor = self.network.head(self.features(contrast_channels(images)))
        return logits


def first_layer(width: int) -> nn.Conv2d:
    """Return the U-Net's first convolution with one input channel per appearance."""
    return nn.Conv2d(CHANNELS, width, kernel_size=3, padding=1, bias=False)


def kept_channels(samples: int, generator: torch.Generator) -> Tensor:
    """Return which channels each sample keeps, (samples, 3, 1, 1) of 0 and 1.

    Uniform over the subsets that are neither empty nor whole.
    """
    subset = torch.randint(1, 2**CHANNELS - 1, (samples, 1), generator=generator)
    bits = subset.bitwise_right_shift(torch.arange(CHANNELS)) & 1
    return bits[:, :, None, None].float()


class ModalityDropout:
    """Minimise L_task(whole) + L_task(dropped) with features of both indistinguishable.

    Shen and Gao 2019 drop the channels of a random subset of contrasts; an adversary aligns the
    features of incomplete inputs with those of whole inputs. **One contrast has no channels to
    drop.** Our reading: three appearances of the image replace the contrasts (intensity, local
    contrast, gradient magnitude). A network that works without any one of them is affected less
    where a new scanner changes one. They have one encoder per channel, ours is shared; the
    adversary is that of ``dann``, with its ramp. No target image is read.
    """

    def __init__(self, params: ModalityDropoutParams) -> None:
        self.params = params

    def own_layers(self, network: Network, images: Tensor, features: Tensor) -> list[Applied]:
        """Return the first layer of all appearances, and the classifier of dropped inputs."""
        first = first_layer(network.channels[0])
        appearances = images.expand(-1, CHANNELS, -1, -1)
        return [(first, appearances), (domain_classifier(network), features)]

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on whole and dropped appearances of the source."""
        width, plain = trainer.settings.width, trainer.new_network()
        first = seeded_module(trainer, "first layer", lambda: first_layer(width))
        network = SeesAppearances(plain, first)
        critic = seeded_module(trainer, "domain classifier", lambda: domain_classifier(plain))
        images, labels = access.source_images, access.source_labels

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(images), "source")
            channels = contrast_channels(images[rows])
            kept = kept_channels(len(rows), trainer.generator("dropout")).to(channels.device)
            both = torch.cat([channels, channels * kept])
            whole, dropped = network.features(both).chunk(2)
            strength = self.params.trade_off * ramp(trainer.progress)
            complete = task_loss(plain.head(whole), labels[rows])
            missing = task_loss(plain.head(dropped), labels[rows])
            task = (complete + missing) / 2
            domain = domain_loss(
                critic(whole.detach()), critic(reverse_gradient(dropped, strength))
            )
            return {"loss": task + domain, "task": task, "missing": missing, "domain": domain}

        trainer.optimise(network, objective, own_modules=[critic])
