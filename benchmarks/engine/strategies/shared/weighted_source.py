"""Training on weighted source slices."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from benchmarks.engine.methods.weighting.people import PeopleOfBoth
from benchmarks.engine.methods.weighting.ratio import (
    Array,
    DensityRatio,
    effective_sample_size,
    mean_one,
)
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer


@dataclass(frozen=True)
class Slices:
    """The slices of both domains, (n, 1, h, w) and (m, 1, h, w), and whose they are."""

    source: Tensor
    target: Tensor
    people: PeopleOfBoth


@dataclass(frozen=True)
class Weighted:
    """Weights of the source slices, (n,), and what is told about them beside.

    ``about`` may hold a kernel's ``width`` and its ``edge`` (see `ratio.Edge`), or the ``bound`` of
    a weight with the number of weights ``at_bound``.
    """

    weights: Array
    about: Mapping[str, float | str] = field(default_factory=dict)

    def flattened(self, power: float) -> "Weighted":
        """Return ``weights ** power`` with mean 1; adds their ESS before (``effective_before``)."""
        before = effective_sample_size(self.weights)
        return Weighted(flattened(self.weights, power), {**self.about, "effective_before": before})


Weigh = Callable[[Slices], Weighted]


def density_weighted(ratio: DensityRatio, source: Array) -> Weighted:
    """Return the ratio at the source's features (n, d), with mean 1, with its width and edge."""
    return Weighted(mean_one(ratio(source)), {"width": ratio.width, "edge": str(ratio.edge)})


def train_on_weighted_source(access: Access, trainer: Trainer, weigh: Weigh) -> None:
    """Train a network from random weights on source slices weighted by ``weigh``."""
    images, labels, target = access.source_images, access.source_labels, access.target_images
    people = PeopleOfBoth(access.source_people, access.target_people)
    weighted = weigh(Slices(images, target, people))
    record_instance_weights(trainer, weighted.weights, weighted.about)
    train_with_weights(trainer, images, labels, weighted.weights)


def train_with_weights(trainer: Trainer, images: Tensor, labels: Tensor, weights: Array) -> None:
    """Train a network from random weights on slices drawn in proportion to their weights."""
    network = trainer.new_network()
    drawn = torch.from_numpy(weights)
    trainer.optimise(
        network, supervised(trainer, network, images, labels, role="source", weights=drawn)
    )


def flattened(weights: Array, power: float) -> Array:
    """Return ``weights ** power`` with mean 1; zero weights stay zero.

    Shimodaira 2000, Improving predictive inference under covariate shift.
    """
    positive = weights > 0
    powers = np.zeros_like(weights)
    powers[positive] = weights[positive] ** power
    return mean_one(powers)


def record_instance_weights(
    trainer: Trainer, weights: Array, about: Mapping[str, float | str] | None = None
) -> None:
    """Record the weights of the source slices, their effective sample size, and ``about``."""
    trainer.record(
        "instance_weights",
        {
            "weights": [float(weight) for weight in weights],
            "effective_sample_size": effective_sample_size(weights),
            **(about or {}),
        },
    )


def drawn_seed(trainer: Trainer, role: str) -> int:
    """Return a seed for code outside torch, from the trainer's generator of ``role``."""
    return int(torch.randint(2**31, (1,), generator=trainer.generator(role)))
