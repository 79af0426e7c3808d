"""Synthetic contrasts: train on images drawn from the source's labels, in any contrast."""

from torch import Tensor

from benchmarks.engine.methods.appearance.intensities import standardised_as
from benchmarks.engine.methods.appearance.random_contrast import label_parts, random_contrast
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import SyntheticContrastsParams


class SyntheticContrasts:
    """Minimise L_task(G(S), y): G draws an image from the label map S with random parameters.

    Billot et al. 2023, SynthSeg: a Gaussian of random mean and spread for each part of S, then
    blur, bias field, power and noise, all drawn anew for each slice and step. Labels name one
    region here, so that the rest of the brain is split into parts by clustering the source's
    intensities, as they do where labels lack tissues. ``real_share`` of each batch are source
    images as they are; at 0, their method, source images reach the network through parts alone.
    Their random deformations are left out, since no other strategy has them. A diagnosis or an age
    outlines nothing: parts are clusters alone. The review of 2021 does not name domain
    randomisation: the leaf is our placing.
    """

    def __init__(self, params: SyntheticContrastsParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on images in random contrasts of the source's anatomy."""
        network = trainer.new_network()
        images, labels = access.source_images, access.source_labels
        parts = label_parts(images, labels)
        generator = trainer.generator("random contrasts")
        plain = round(self.params.real_share * trainer.settings.batch)

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(images), "source")
            batch = standardised_as(random_contrast(parts[rows], generator), images[rows])
            batch[:plain] = images[rows[:plain]]
            return {"loss": task_loss(network(batch), labels[rows])}

        trainer.optimise(network, objective)
