"""Classical models on frozen features: shared code of the frozen-features strategies."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from benchmarks.engine.errors import EngineError
from benchmarks.engine.methods.features.frozen_features import (
    PixelSample,
    pixel_predictor,
    sample_pixels,
)
from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.multiple_models import FrozenFeaturesParams

MakeEstimator = Callable[[int], Any]


@dataclass(frozen=True)
class Readout:
    """Functions from a seed to a scikit-learn model, for classification and for regression.

    ``build`` makes the stored predictor from the network, the model and the sample.
    """

    classifier: MakeEstimator
    regressor: MakeEstimator | None = None
    build: Callable[[Network, Any, PixelSample], nn.Module] = pixel_predictor

    def estimator(self, sample: PixelSample, seed: int) -> Any:
        """Return the unfitted model for the sample's kind of labels."""
        if not sample.is_measured:
            return self.classifier(seed)
        if self.regressor is None:
            raise EngineError("this model is a classifier; it cannot predict a number")
        return self.regressor(seed)


def read_out(
    access: Access, trainer: Trainer, params: FrozenFeaturesParams, readout: Readout
) -> None:
    """Propose the source network's features followed by the model, fitted on target pixels."""
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
        predictor = readout.build(network, readout.estimator(sample, seed), sample)
    drawn = {"drawn": len(sample.labels)}
    if not sample.is_measured:
        drawn["foreground"] = int(sample.labels.sum())
    trainer.record("pixels", drawn)
    trainer.on_progress(1, 1, "")
    trainer.propose(predictor)
