"""Class-balancing selection: source slices of the larger class are discarded."""

import numpy as np

from benchmarks.engine.methods.weighting.class_balance import balancing_selection_weights
from benchmarks.engine.strategies.shared.weighted_source import (
    drawn_seed,
    record_instance_weights,
    train_with_weights,
)
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.params import NoParams


class ClassBalancing:
    """Minimise the task loss over as many slices that show the region as slices that do not.

    Random undersampling of the larger class (He and Garcia 2009, section 3.1.1); the review lists
    it for data sets with too many subjects of one pathology. A slice's class is its subject's
    diagnosis, or whether its label has any region. This is ours, since pixels of one slice cannot
    be discarded one by one. Where every slice shows the region, as with tissues, there is one class
    and nothing is discarded. It reads no target data.
    """

    def __init__(self, params: NoParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on the selected slices."""
        images, labels = access.source_images, access.source_labels
        classes = (labels.flatten(1) > 0).any(dim=1).long().cpu().numpy()
        generator = np.random.default_rng(drawn_seed(trainer, "weights"))
        weights = balancing_selection_weights(classes, generator=generator)
        record_instance_weights(trainer, weights)
        train_with_weights(trainer, images, labels, weights)
