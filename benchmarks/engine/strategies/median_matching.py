"""Median matching: target intensities are shifted onto the source's median."""

import torch
from torch import Tensor

from benchmarks.engine.networks.translated import IntensityMap, Translated
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.params import NoParams


class MedianMatching:
    """Show the source network x' = x - median(target) + median(source) within the brain.

    The review's reference 58 matches the target's median to the source's. Medians are over all
    brain pixels of a domain's training images. Images have mean 0 and standard deviation 1 in the
    brain, so that only a shift is left to match. Nothing is trained.
    """

    def __init__(self, params: NoParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Propose the source network after the shift."""
        network = trainer.new_network(access.source_weights)
        source, target = access.source_images, access.target_images
        with trainer.timed():
            translation = IntensityMap(brain_median(target), brain_median(source))
        trainer.propose(Translated(translation.to(trainer.compute.device), network))


def brain_median(images: Tensor) -> Tensor:
    """Return the median of the pixels that are not background, (1,)."""
    return torch.median(images[images != 0]).reshape(1)
