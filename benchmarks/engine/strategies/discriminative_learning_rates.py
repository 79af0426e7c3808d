"""Discriminative learning rates: fine-tuning with smaller rates towards the input."""

from collections.abc import Sequence

from torch import nn

from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import ParameterGroup, Trainer
from benchmarks.plan.catalog.prior_sharing import DiscriminativeParams


class DiscriminativeLearningRates:
    """Fine-tune with eta^(l-1) = eta^l / decay from one group of layers to the one before it.

    Howard and Ruder 2018, section 3.2, with their decay of 2.6. Theirs are the five groups of a
    language model (embedding, three recurrent layers, classifier); ours five of the U-Net: its two
    finest blocks, the next two, the bottleneck, the decoder, the head.
    """

    def __init__(self, params: DiscriminativeParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the target task loss, each group of layers at its own rate."""
        network = trainer.new_network(access.source_weights)
        images, labels = access.target_images, access.target_labels
        trainer.optimise(
            network,
            supervised(trainer, network, images, labels, role="target"),
            learning_rate_factor=self.params.learning_rate_factor,
            groups=slower_towards_the_input(layer_groups(network), self.params.decay),
        )


def layer_groups(network: Network) -> list[list[nn.Module]]:
    """Return all layers in groups, from the input to the output: five, or four of a classifier."""
    finest, middle, bottleneck = network.encoder[:2], network.encoder[2:4], network.encoder[4:]
    decoder = [*network.upsample, *network.decoder]
    groups = [[*finest], [*middle], [*bottleneck], decoder, [network.head]]
    return [group for group in groups if group]


def slower_towards_the_input(
    layers: Sequence[Sequence[nn.Module]], decay: float
) -> list[ParameterGroup]:
    """Return the groups with learning rate factors 1 at the output, then 1/decay, 1/decay^2 ..."""
    return [
        ParameterGroup([p for module in group for p in module.parameters()], decay**-steps_back)
        for steps_back, group in enumerate(reversed(layers))
    ]
