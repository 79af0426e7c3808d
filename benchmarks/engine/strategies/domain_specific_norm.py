"""Domain-specific batch norm: each domain has its own, in training and in prediction."""

import torch
from torch import Tensor, nn

from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.by_domain import ByDomain, with_own_norms
from benchmarks.engine.strategies.shared.adversarial import ramp
from benchmarks.engine.strategies.shared.norm_statistics import SLICES_AT_ONCE, follow_statistics
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import cross_entropy, task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import DomainSpecificNormParams


class DomainSpecificNorm:
    """Minimise L_task(F_S(s), y_s) + trade_off * CE(F_T(t), y'_t), all shared but batch norm.

    Chang et al. 2019 (DSBN): F_S and F_T are one network with a batch norm of its own for each
    domain: means, variances, scales and shifts. This is their second stage, with y' =
    argmax_c (1 - l) F_1(t)_c + l F_T(t)_c and l rising from 0 to nearly 1 (`ramp`): at first the
    labels are those of F_1, the network of the first stage, then the network's own. Their F_1 comes
    from another method of adaptation; ours is the source network with the target's statistics, as
    in AdaBN, so that no adversary acts beside batch norm. Pseudo-labels have the cross-entropy, as
    theirs: soft Dice confirms wrong ones more strongly.

    AdaBN trains nothing; here both domains are trained with their own batch norm, passed apart by
    design. Statistics are running means over the target's training images; test people are not
    looked at, and prediction changes nothing. Without the term nothing would train the target's
    scales and shifts: with ``trade_off`` 0 the two domains share them, and only statistics differ.
    It starts from the source network with F_1's statistics: from random weights the own labels take
    over before they mean anything, and the target collapses.
    """

    def __init__(self, params: DomainSpecificNormParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train one network with two batch norms, on labels and on pseudo-labels."""
        weights = access.source_weights
        first = trainer.new_network(weights)
        source, labels, target = access.source_images, access.source_labels, access.target_images
        with trainer.timed(samples=len(target)), trainer.compute.autocast():
            follow_statistics(first, target, trainer.generator("statistics"))
            suggested = probabilities(first, target)
        network = trainer.new_network(weights)
        pair = ByDomain(source=network, target=with_own_norms(network))
        give_statistics(pair.target, first)
        if self.params.trade_off == 0:
            share_scales(pair)

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(target), "target")
            task = task_loss(pair.source(source[rows]), labels[rows])
            found = pair.target(target[others])
            wanted = mixed_labels(suggested[others], found.detach(), ramp(trainer.progress))
            pseudo = cross_entropy(found, wanted)
            return {"loss": task + self.params.trade_off * pseudo, "task": task, "pseudo": pseudo}

        trainer.optimise(pair, objective)


def mixed_labels(first: Tensor, logits: Tensor, share: float) -> Tensor:
    """Return argmax_c (1 - share) first_c + share softmax(logits)_c, (slices, 1, h, w).

    ``first`` holds probabilities (slices, classes, h, w), ``logits`` the network's own outputs.
    """
    own = logits.float().softmax(dim=1)
    return torch.lerp(first, own, share).argmax(dim=1, keepdim=True).byte()


def give_statistics(network: nn.Module, other: nn.Module) -> None:
    """Give the network the batch norm statistics of another one of its kind."""
    for norm, theirs in zip(network.modules(), other.modules(), strict=True):
        if isinstance(norm, nn.BatchNorm2d):
            norm.load_state_dict({**norm.state_dict(), **dict(theirs.named_buffers())})


def share_scales(pair: ByDomain) -> None:
    """Give the target's batch norms the scales and shifts of the source's, and no statistics."""
    for norm, theirs in zip(pair.target.modules(), pair.source.modules(), strict=True):
        if isinstance(norm, nn.BatchNorm2d) and isinstance(theirs, nn.BatchNorm2d):
            norm.weight, norm.bias = theirs.weight, theirs.bias


@torch.no_grad()
def probabilities(network: Network, images: Tensor) -> Tensor:
    """Return the probabilities of all classes, (slices, classes, h, w)."""
    parts = [network(chunk).float().softmax(dim=1) for chunk in images.split(SLICES_AT_ONCE)]
    return torch.cat(parts)
