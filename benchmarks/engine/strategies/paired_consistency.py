"""Paired consistency: two appearances of a slice get the same prediction."""

from torch import Tensor

from benchmarks.engine.methods.appearance.intensities import standardised_as
from benchmarks.engine.methods.appearance.scanner_variation import vary_appearance
from benchmarks.engine.methods.divergences.paired import paired_consistency
from benchmarks.engine.networks.outputs import answers
from benchmarks.engine.strategies.shared.both_domains import outputs_of_both
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.direct import PairedConsistencyParams


class PairedConsistency:
    """Minimise L_task(source) + trade_off * mean over pairs ||p(a) - p(b)||_2^2 / pixels.

    Orbes-Arteaga et al. 2019, eq. 1, pair unlabelled target images of a subject; p are the
    probabilities of region or diagnosis, or the regression output. No subject is scanned twice
    here, so pairs are generated: a target slice in two random appearances, and a source slice
    unchanged and in a random appearance. That keeps the Euclidean term and replaces a second scan
    by our random changes. Their adversarial term is left out, since the review lists it elsewhere.
    The division by the number of pixels is ours, so that ``trade_off`` does not depend on image
    size. Pairs are made of half a batch, which halves their cost. All images of a step are in one
    batch: if each appearance were normalised separately, batch norm would hide their difference.
    """

    def __init__(self, params: PairedConsistencyParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the source's task loss plus the differences within pairs of both domains."""
        network = trainer.new_network()
        source, labels, target = access.source_images, access.source_labels, access.target_images
        raw_source, raw_target = access.source_intensities, access.target_intensities
        half = max(1, trainer.settings.batch // 2)

        def seen_anew(images: Tensor, intensities: Tensor) -> Tensor:
            generator = trainer.generator("appearance")
            varied = vary_appearance(intensities, generator, strength=self.params.strength)
            return standardised_as(varied, images)

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(target), "target")[:half]
            logits, first, second, again = outputs_of_both(
                network,
                source[rows],
                seen_anew(target[others], raw_target[others]),
                seen_anew(target[others], raw_target[others]),
                seen_anew(source[rows[:half]], raw_source[rows[:half]]),
            )
            task = task_loss(logits, labels[rows])
            of_target = mean_gap(answers(first), answers(second))
            of_source = mean_gap(answers(logits[:half]), answers(again))
            gaps = (of_target + of_source) / 2
            return {"loss": task + self.params.trade_off * gaps, "task": task, "gap": gaps}

        trainer.optimise(network, objective)


def mean_gap(first: Tensor, second: Tensor) -> Tensor:
    """Return the squared Euclidean distance within pairs, over the number of pixels."""
    return paired_consistency(first, second) / first[0].numel()
