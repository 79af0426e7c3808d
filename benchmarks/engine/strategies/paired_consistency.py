"""Paired consistency: two appearances of a slice get the same prediction."""

import torch
from torch import Tensor

from benchmarks.engine.methods.appearance.scanner_variation import vary_appearance
from benchmarks.engine.methods.divergences.paired import paired_consistency
from benchmarks.engine.networks.outputs import answers
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
    size. Pairs are made of half a batch, which halves their cost.
    """

    def __init__(self, params: PairedConsistencyParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the source's task loss plus the differences within pairs of both domains."""
        network = trainer.new_network()
        source, labels, target = access.source_images, access.source_labels, access.target_images
        half = max(1, trainer.settings.batch // 2)

        def seen_anew(images: Tensor) -> Tensor:
            generator = trainer.generator("appearance")
            return vary_appearance(images, generator, strength=self.params.strength)

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(target), "target")[:half]
            logits = network(source[rows])
            task = task_loss(logits, labels[rows])
            twins = torch.cat([seen_anew(target[others]), seen_anew(target[others])])
            first, second = answers(network(twins)).split(len(others))
            again = answers(network(seen_anew(source[rows[:half]])))
            gaps = (mean_gap(first, second) + mean_gap(answers(logits[: len(again)]), again)) / 2
            return {"loss": task + self.params.trade_off * gaps, "task": task, "gap": gaps}

        trainer.optimise(network, objective)


def mean_gap(first: Tensor, second: Tensor) -> Tensor:
    """Return the squared Euclidean distance within pairs, over the number of pixels."""
    return paired_consistency(first, second) / first[0].numel()
