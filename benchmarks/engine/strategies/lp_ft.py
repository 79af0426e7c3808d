"""LP-FT: linear probing first, so that fine-tuning distorts the features less."""

from benchmarks.engine.strategies.shared.inherited import inherited_parts, paced
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.prior_sharing import LpFtParams


class LpFt:
    """Minimise the target loss over the head v alone, then over all weights (v, B) from there.

    Kumar et al. 2022: with an unfitted head, the first steps of fine-tuning change the features B
    only in the directions spanned by the few target images. Their head starts at random; here it
    comes from the source, which segments the same region. After natural images all parts except the
    encoder are new and belong to v.
    """

    def __init__(self, params: LpFtParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Probe linearly, then fine-tune, with the iterations of fine-tuning in total."""
        weights = access.source_weights
        network = trainer.new_network(weights)
        images, labels = access.target_images, access.target_labels
        objective = supervised(trainer, network, images, labels, role="target")
        probing, factor = self.params.probing_share, self.params.learning_rate_factor
        features = inherited_parts(network, weights)
        trainer.optimise(network, objective, frozen=features, share=probing)
        network.requires_grad_(requires_grad=True)
        groups = paced(network, weights, factor)
        trainer.optimise(network, objective, groups=groups, share=1 - probing)
