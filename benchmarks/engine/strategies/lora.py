"""LoRA: the source network is kept, and low-rank additions to its convolutions are trained."""

from benchmarks.engine.networks.initialisation import seeded_module
from benchmarks.engine.networks.low_rank import LowRank, convolutions
from benchmarks.engine.strategies.shared.inherited import inherited_parts
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import ParameterGroup, Trainer
from benchmarks.plan.catalog.one_model import LoraParams


class Lora:
    """Minimise L_task(target; W + B A, head) over B, A and the head, with W the source's weights.

    Hu et al. 2022: B (rows, rank) starts at 0 and A (rank, columns) at random, so that training
    starts at the source network. Theirs adapts the matrices of attention; here it is every
    convolution with weights from the source, as a matrix of output channels by all else. Biases,
    batch norm and its statistics are the source's. Their factor alpha / rank is 1. The head is
    trained in full, as are parts that have no weights from the source.
    """

    def __init__(self, params: LoraParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train the additions and the head on the labelled target."""
        weights = access.source_weights
        network = trainer.new_network(weights)
        kept = inherited_parts(network, weights)
        names = convolutions(network, kept)
        adapted = seeded_module(
            trainer, "low-rank additions", lambda: LowRank(network, names, self.params.rank)
        )
        fixed = {id(p) for part in kept for p in part.parameters()}
        own = [p for p in network.parameters() if id(p) not in fixed]
        images, labels = access.target_images, access.target_labels
        trainer.optimise(
            adapted,
            supervised(trainer, adapted, images, labels, role="target"),
            frozen=kept,
            groups=[
                ParameterGroup([*adapted.up, *adapted.down], self.params.learning_rate_factor),
                ParameterGroup(own),
            ],
        )
