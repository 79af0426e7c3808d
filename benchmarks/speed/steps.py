"""Seconds per training step of our strategies, and of the same methods in SKADA."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from skada import deep  # type: ignore[import-untyped]
from torch import Tensor, nn

from benchmarks.engine.networks.backbones import Classifier, Network
from benchmarks.engine.running.device import Compute
from benchmarks.engine.training.access import Access, load_strategy
from benchmarks.engine.training.trainer import Trainer, TrainingSettings
from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.spec import Profile
from benchmarks.speed.training import seconds_of

PEERS: Mapping[str, Callable[..., Any]] = {
    "deep_coral": deep.DeepCoral,
    "mmd": deep.DAN,
    "dann": deep.DANN,
    "cdan": deep.CDAN,
}


@dataclass(frozen=True)
class Slices:
    """Random slices of two domains, sufficient for timing."""

    source: Tensor  # (slices, 1, side, side)
    source_labels: Tensor
    target: Tensor
    target_labels: Tensor

    @classmethod
    def drawn(cls, count: int, side: int, *, is_diagnosis: bool = False) -> "Slices":
        """Return masks of the images' size, or one label per slice."""
        generator = torch.Generator().manual_seed(0)
        source, target = torch.randn(2, count, 1, side, side, generator=generator)
        if is_diagnosis:
            labels = torch.arange(count).remainder(2).to(torch.uint8).view(-1, 1, 1, 1)
            return cls(source, labels, target, labels)
        return cls(source, (source > 1).to(torch.uint8), target, (target > 1).to(torch.uint8))


def our_step_seconds(
    card: StrategyCard,
    *,
    compute: Compute,
    profile: Profile,
    slices: Slices,
    build: Callable[[int], Network],
    iterations: int,
) -> float | None:
    """Return a fit's training seconds per batch; None where it trains no network."""
    settings = TrainingSettings(
        seed=0,
        width=profile.width,
        batch=profile.batch,
        iterations=iterations,
        checkpoints=1,
        learning_rate=profile.learning_rate,
        weight_decay=profile.weight_decay,
    )
    trainer = Trainer(
        compute, settings, build, lambda network: {}, lambda done, total, message: None
    )
    device, weights = compute.device, build(profile.width).state_dict()

    def images(given: Tensor) -> Tensor:
        return given.to(device, memory_format=torch.channels_last)

    suppliers: dict[str, Callable[[], Any]] = {
        "source_images": lambda: images(slices.source),
        "source_intensities": lambda: images(slices.source.exp()),
        "target_intensities": lambda: images(slices.target.exp()),
        "source_labels": lambda: slices.source_labels.to(device),
        "target_images": lambda: images(slices.target),
        "target_labels": lambda: slices.target_labels.to(device),
        "source_weights": lambda: weights,
    }
    load_strategy(card, card.default_params()).fit(Access(card, suppliers), trainer)
    if not trainer.cost.trainable_parameters:
        return None
    return trainer.cost.train_seconds / (trainer.cost.samples / profile.batch)


class Vectors(nn.Module):
    """Our classifier in the form SKADA needs: a named layer, flat features, flat logits."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.network = Classifier(width)
        self.features = nn.Identity()

    def forward(self, images: Tensor, sample_weight: Tensor | None = None) -> Tensor:
        """Return logits (batch, 2)."""
        features = self.features(self.network.decode(self.network.encode(images)).flatten(1))
        logits: Tensor = self.network.head(features[:, :, None, None]).flatten(1)
        return logits


def peer_step_seconds(
    slug: str, compute: Compute, profile: Profile, slices: Slices, *, iterations: int
) -> float:
    """Return the seconds of a step of SKADA's training, in fp32."""
    module = Vectors(profile.width)
    steps_an_epoch = len(slices.source) // profile.batch
    epochs = max(1, iterations // steps_an_epoch)
    channels = module.network.channels[-1]
    extra = {"dann": {"num_features": channels}, "cdan": {"num_features": channels, "n_classes": 2}}
    net = PEERS[slug](
        module,
        layer_name="features",
        batch_size=profile.batch,
        max_epochs=epochs,
        train_split=None,
        verbose=0,
        device=str(compute.device),
        optimizer=torch.optim.Adam,
        optimizer__lr=profile.learning_rate,
        optimizer__weight_decay=profile.weight_decay,
        **extra.get(slug, {}),
    )
    images = torch.cat([slices.source, slices.target]).numpy()
    labels = slices.source_labels.flatten().long().numpy()
    hidden = np.full(len(slices.target), -1)  # SKADA's value for no label
    domains = np.repeat([1, -2], [len(slices.source), len(slices.target)])

    def train() -> None:
        net.fit(images, np.concatenate([labels, hidden]), sample_domain=domains)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its domain classifier's softmax needs an axis
        return seconds_of(compute, train) / (epochs * steps_an_epoch)
