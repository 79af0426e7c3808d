"""DANN: adversarial training of features that a domain classifier cannot separate."""

from torch import Tensor

from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.initialisation import seeded_module
from benchmarks.engine.strategies.shared.adversarial import (
    domain_classifier,
    domain_loss,
    ramp,
    reverse_gradient,
)
from benchmarks.engine.strategies.shared.both_domains import features_of_both
from benchmarks.engine.training.access import Access, Applied
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import DannParams


class Dann:
    """Find the saddle point of L_task(source; f, y) - lambda L_domain(source, target; f, d).

    Ganin et al. 2016: features f and predictor y minimise it, the domain classifier d maximises it;
    a gradient reversal layer does both in one backward pass. lambda grows as ``trade_off * (2 / (1
    + exp(-10 p)) - 1)`` with the progress p. f is the last feature map before the head, after all
    of U-Net's skip connections. Both domains are in one batch: if each were normalised separately,
    batch norm would hide differences from d. It starts from random weights and has the iterations
    of ``source_only``. Their schedule of the learning rate is not used: the rate falls as for every
    strategy, since a schedule of its own would be compared along with the adversary.
    """

    def __init__(self, params: DannParams) -> None:
        self.params = params

    def own_layers(self, network: Network, images: Tensor, features: Tensor) -> list[Applied]:
        """Return the domain classifier."""
        return [(domain_classifier(network), features)]

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the task loss and confuse a domain classifier."""
        network = trainer.new_network()
        critic = seeded_module(trainer, "domain classifier", lambda: domain_classifier(network))
        source, labels, target = access.source_images, access.source_labels, access.target_images

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(target), "target")
            source_features, target_features = features_of_both(
                network, source[rows], target[others]
            )
            strength = self.params.trade_off * ramp(trainer.progress)
            task = task_loss(network.head(source_features), labels[rows])
            domain = domain_loss(
                critic(reverse_gradient(source_features, strength)),
                critic(reverse_gradient(target_features, strength)),
            )
            return {"loss": task + domain, "task": task, "domain": domain}

        trainer.optimise(network, objective, own_modules=[critic])
