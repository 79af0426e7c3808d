"""CDAN: adversarial alignment with a domain classifier of features and predictions."""

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.initialisation import seeded_module
from benchmarks.engine.strategies.shared.adversarial import (
    DomainClassifier,
    domain_classifier,
    domain_loss,
    ramp,
    reverse_gradient,
)
from benchmarks.engine.strategies.shared.both_domains import features_of_both
from benchmarks.engine.training.access import Access, Applied
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import CdanParams


def multilinear_map(features: Tensor, predictions: Tensor) -> Tensor:
    """Return f x g at each pixel, (batch, classes * channels, height, width).

    The multilinear map of Long et al. 2018, for features (batch, channels, height, width) and
    class probabilities (batch, classes, height, width).
    """
    return (predictions.unsqueeze(2) * features.unsqueeze(1)).flatten(1, 2)


def certainty_weights(predictions: Tensor, patches: tuple[int, int]) -> Tensor:
    """Return w = 1 + exp(-H(g)) of each patch, scaled to mean 1, (batch, 1, *patches).

    Entropy conditioning (CDAN+E) of Long et al. 2018: certain predictions are easy to transfer and
    have most weight. A patch's entropy is the mean over its pixels.
    """
    entropy = torch.special.entr(predictions).sum(dim=1, keepdim=True)
    weights = 1 + torch.exp(-functional.adaptive_avg_pool2d(entropy, patches))
    return weights / weights.mean()


class Cdan:
    """Find the saddle point of L_task - lambda L_domain with the domain classified from f x g.

    Long et al. 2018: as ``dann``, but the classifier's input is the multilinear map of features f
    and class probabilities g, and patches are weighted by certainty (CDAN+E). No gradient passes
    through g, as in the authors' library (TLlib). Schedule of lambda, layer of f, joint
    batches, random start and iterations are those of ``dann``.
    """

    def __init__(self, params: CdanParams) -> None:
        self.params = params

    def own_layers(self, network: Network, images: Tensor, features: Tensor) -> list[Applied]:
        """Return the domain classifier, whose input has the features once per class."""
        joined = features.repeat(1, network.head.out_channels, 1, 1)
        return [(self._classifier(network), joined)]

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the task loss and confuse a class-conditional domain classifier."""
        network = trainer.new_network()
        critic = seeded_module(trainer, "domain classifier", lambda: self._classifier(network))
        source, labels, target = access.source_images, access.source_labels, access.target_images

        def judge(features: Tensor, logits: Tensor, strength: float) -> tuple[Tensor, Tensor]:
            predictions = logits.detach().float().softmax(dim=1)
            joined = multilinear_map(reverse_gradient(features, strength), predictions)
            found = critic(joined)
            return found, certainty_weights(predictions, found.shape[-2:])

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(target), "target")
            source_features, target_features = features_of_both(
                network, source[rows], target[others]
            )
            strength = self.params.trade_off * ramp(trainer.progress)
            source_logits = network.head(source_features)
            on_source, source_weights = judge(source_features, source_logits, strength)
            on_target, target_weights = judge(
                target_features, network.head(target_features), strength
            )
            task = task_loss(source_logits, labels[rows])
            domain = domain_loss(
                on_source,
                on_target,
                source_weights=source_weights,
                target_weights=target_weights,
            )
            return {"loss": task + domain, "task": task, "domain": domain}

        trainer.optimise(network, objective, own_modules=[critic])

    @staticmethod
    def _classifier(network: Network) -> DomainClassifier:
        return domain_classifier(network, seen=network.head.out_channels)
