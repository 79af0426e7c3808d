"""Deep canonical correlation: features of a class correlate between the domains."""

from torch import Tensor

from benchmarks.engine.methods.divergences.canonical_correlation import class_correlation
from benchmarks.engine.strategies.shared.alignment import brain_pixels
from benchmarks.engine.strategies.shared.both_domains import features_of_both
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.direct import CanonicalCorrelationParams


class CanonicalCorrelation:
    """Minimise [L_task(source) + L_task(target)] / 2 - trade_off * rho.

    rho is the canonical correlation between the domains' features (Hotelling 1936), maximised
    through the network as in Andrew et al. 2013. It needs pairs, and nobody here is scanned in
    both domains: pixels are paired by their class, as in cluster CCA (Rasiwasia et al. 2014), so
    that labelled target people are needed. Both domains share the network, where Andrew et al. have
    one each. Features are those before the head at random brain pixels.
    """

    def __init__(self, params: CanonicalCorrelationParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise both domains' task losses and maximise their correlation."""
        network = trainer.new_network()
        source, source_labels = access.source_images, access.source_labels
        target, target_labels = access.target_images, access.target_labels
        generator = trainer.generator("pixels")

        def sampled(features: Tensor, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
            chosen = brain_pixels(features, images, self.params.pixels, generator)
            return chosen(features).float(), chosen(labels)[:, 0]

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(target), "target")
            inside, outside = features_of_both(network, source[rows], target[others], labelled=2)
            on_source = task_loss(network.head(inside), source_labels[rows])
            on_target = task_loss(network.head(outside), target_labels[others])
            ours, our_classes = sampled(inside, source[rows], source_labels[rows])
            theirs, their_classes = sampled(outside, target[others], target_labels[others])
            correlation = class_correlation(ours, theirs, our_classes, their_classes)
            task = (on_source + on_target) / 2
            loss = task - self.params.trade_off * correlation
            return {"loss": loss, "task": task, "correlation": correlation}

        trainer.optimise(network, objective)
