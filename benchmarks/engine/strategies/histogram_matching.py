"""Histogram matching: target intensities get the source's distribution."""

import numpy as np
import torch
from torch import Tensor

from benchmarks.engine.methods.translation.histogram_matching import match_histogram
from benchmarks.engine.networks.translated import IntensityMap, Translated
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.asymmetric import HistogramMatchingParams


class HistogramMatching:
    """Show the source network x' = F_source^-1(F_target(x)) within the brain.

    Gonzalez and Woods, section 3.3; F are the distribution functions of all brain pixels of a
    domain's training images. There is one map for the whole target domain, not one per subject: so
    a large tumour keeps its brightness, and the map is learnt from target images, as in the
    taxonomy's asymmetric branch. Between quantiles the map is linear. Nothing is trained.
    """

    def __init__(self, params: HistogramMatchingParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Propose the source network after the map from target to source intensities."""
        network = trainer.new_network(access.source_weights)
        source, target = access.source_images, access.target_images
        with trainer.timed():
            translation = quantile_map(target, source, self.params.quantiles)
        trainer.propose(Translated(translation.to(trainer.compute.device), network))


def quantile_map(images: Tensor, reference: Tensor, quantiles: int) -> IntensityMap:
    """Return the monotone map between two domains' brain intensities, with ``knots`` knots."""
    inside, there = (part[part != 0].double().cpu().numpy() for part in (images, reference))
    levels = np.linspace(0, 1, quantiles)
    matched = match_histogram(inside, there)
    knots, values = np.quantile(inside, levels), np.quantile(matched, levels)
    return IntensityMap(torch.from_numpy(knots), torch.from_numpy(values))
