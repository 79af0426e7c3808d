"""LP-FT: a head that fits the frozen features first, so that fine-tuning need not distort them."""

from benchmarks.engine.strategies.shared.inherited import inherited_parts, paced
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.prior_sharing import LpFtParams


class LpFt:
    """Minimise the target loss over the head v alone, then over all weights (v, B) from there.

    Kumar et al. 2022: with a head that does not fit, the first steps of fine-tuning move the
    features B in the directions that the few target images span, and only those. Theirs starts
    from a random head; here the head comes from the source too, which marks the same region, but
    after natural images all that is not the encoder is new, and counts as v.
    """

    def __init__(self, params: LpFtParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Probe linearly, then fine-tune, within the budget of fine-tuning alone."""
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
