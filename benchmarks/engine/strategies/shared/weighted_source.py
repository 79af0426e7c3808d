"""Training on weighted source slices."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from benchmarks.engine.methods.weighting.ratio import Array, effective_sample_size, mean_one
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer

Weigh = Callable[[Tensor, Tensor], Array]


def train_on_weighted_source(access: Access, trainer: Trainer, weigh: Weigh) -> None:
    """Train a network on source slices weighted by ``weigh(source images, target images)``."""
    images, labels, target = access.source_images, access.source_labels, access.target_images
    train_with_weights(trainer, images, labels, weigh(images, target))


def train_with_weights(trainer: Trainer, images: Tensor, labels: Tensor, weights: Array) -> None:
    """Train a network from random weights on slices drawn in proportion to their weights."""
    record_instance_weights(trainer, weights)
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


def record_instance_weights(trainer: Trainer, weights: Array) -> None:
    """Record the weights of the source slices and their effective sample size."""
    trainer.record(
        "instance_weights",
        {
            "weights": [float(weight) for weight in weights],
            "effective_sample_size": effective_sample_size(weights),
        },
    )


def drawn_seed(trainer: Trainer, role: str) -> int:
    """Return a seed for code outside torch, from the trainer's generator of ``role``."""
    return int(torch.randint(2**31, (1,), generator=trainer.generator(role)))
