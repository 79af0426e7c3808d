"""ADVENT: adversarial training on maps of self-information."""

from torch import Tensor

from benchmarks.engine.methods.uncertainty.entropy import self_information
from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.initialisation import seeded_module
from benchmarks.engine.strategies.shared.adversarial import (
    DomainClassifier,
    domain_loss,
    reverse_gradient,
)
from benchmarks.engine.strategies.shared.both_domains import outputs_of_both
from benchmarks.engine.training.access import Access, Applied
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import AdventParams


class Advent:
    """Minimise L_task(source) while target maps of -p log p pass for source maps.

    Vu et al. 2019, AdvEnt: a discriminator tells the domains of the weighted self-information maps
    I_c = -p_c log p_c / log(classes) apart; the network learns to have target maps taken for the
    source's, weighed by ``trade_off``, so that entropy falls where it does on the source, and with
    its spatial structure. No gradient passes through source maps, as theirs. A reversed gradient
    trains both in one step, where theirs alternate. Both domains are in one batch. It starts from
    random weights and has the iterations of ``source_only``.
    """

    def __init__(self, params: AdventParams) -> None:
        self.params = params

    def own_layers(self, network: Network, images: Tensor, features: Tensor) -> list[Applied]:
        """Return the discriminator of the maps."""
        return [(_discriminator(network), network.head(features))]

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the source's task loss and confuse the discriminator about target maps."""
        network = trainer.new_network()
        critic = seeded_module(trainer, "discriminator", lambda: _discriminator(network))
        source, labels, target = access.source_images, access.source_labels, access.target_images

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(target), "target")
            of_source, of_target = outputs_of_both(network, source[rows], target[others])
            task = task_loss(of_source, labels[rows])
            known = self_information(of_source).detach()
            fooling = reverse_gradient(self_information(of_target), self.params.trade_off)
            domain = domain_loss(critic(known), critic(fooling))
            return {"loss": task + domain, "task": task, "domain": domain}

        trainer.optimise(network, objective, own_modules=[critic])


def _discriminator(network: Network) -> DomainClassifier:
    return DomainClassifier(network.head.out_channels, are_maps=len(network.decoder) > 0)
