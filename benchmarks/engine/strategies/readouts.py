"""What all strategies with frozen features and another model on top share."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from benchmarks.engine.frozen_features import PixelSample, sample_pixels
from benchmarks.engine.networks import Network
from benchmarks.engine.strategy import Access
from benchmarks.engine.training import Trainer
from benchmarks.plan.catalog.multiple_models import FrozenFeaturesParams

Build = Callable[[Network, Any, PixelSample], nn.Module]


def read_out(
    access: Access,
    trainer: Trainer,
    params: FrozenFeaturesParams,
    estimator: Callable[[int], Any],
    build: Build,
) -> None:
    """Propose the source network's features with ``estimator(seed)`` fitted on target pixels."""
    network = trainer.new_network(access.source_weights)
    images, labels = access.target_images, access.target_labels
    seed = int(torch.randint(2**31, (1,), generator=trainer.generator("estimator")))
    with trainer.timed(samples=len(images)):
        sample = sample_pixels(
            network,
            images,
            labels,
            per_class=params.pixels_per_class,
            generator=trainer.generator("pixels"),
            compute=trainer.compute,
        )
        predictor = build(network, estimator(seed), sample)
    trainer.record("pixels", {"drawn": len(sample.labels), "foreground": int(sample.labels.sum())})
    trainer.on_progress(1, 1, "")
    trainer.propose(predictor)
