"""Joint sparsity: a penalty by which both domains use the same few features."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from benchmarks.engine.methods.divergences.sparsity import joint_rows, joint_sparsity, shrinkage
from benchmarks.engine.networks.by_domain import ByDomain, with_own_head
from benchmarks.engine.strategies.shared.both_domains import features_of_both
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.direct import JointSparsityParams


class JointSparsity:
    """Minimise L(source; W_s) + L(target; W_t) + trade_off * ||[W_s, W_t]||_{2,1}.

    Argyriou, Evgeniou and Pontil 2007, eq. 4: the norm sums the lengths of rows. A row holds both
    domains' weights of one feature, so that a feature is used in both domains or in none. They
    learn features with orthonormal directions; here a network learns them, each domain has its own
    head, which predicts for its domain. Orthonormality prevents them from shrinking W by scaling
    the features up. Here the scale g_i of the last batch norm could do so, and therefore row i is
    g_i W_i, which no rescaling changes. That is ours, as is the norm's first power where theirs is
    squared.

    The norm is minimised by its proximal step after every step of the optimiser, which sets short
    rows to exactly zero (`sparsity.shrinkage`). As decoupled weight decay (Loshchilov and Hutter
    2019) it is not part of the loss that Adam rescales: the threshold is the learning rate times
    ``trade_off``. A feature without weight can come back, as its gradient is not zero.
    """

    def __init__(self, params: JointSparsityParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise both domains' task losses, each with its own head, plus the joint norm."""
        network = trainer.new_network()
        source, source_labels = access.source_images, access.source_labels
        target, target_labels = access.target_images, access.target_labels
        source_head = copy.deepcopy(network.head)

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(target), "target")
            inside, outside = features_of_both(network, source[rows], target[others], labelled=2)
            on_source = task_loss(source_head(inside), source_labels[rows])
            on_target = task_loss(network.head(outside), target_labels[others])
            norm = joint_sparsity(used_weights(last_scale(network), source_head, network.head))
            loss = (on_source + on_target) / 2
            return {"loss": loss, "source": on_source, "target": on_target, "norm": norm.detach()}

        def shrink(rate: float) -> None:
            heads = (source_head, network.head)
            shrink_heads(last_scale(network), heads, rate * self.params.trade_off)

        trainer.optimise(
            network,
            objective,
            own_modules=[source_head],
            predictor=ByDomain(source=with_own_head(network, source_head), target=network),
            after_step=shrink,
        )
        use = joint_rows(used_weights(last_scale(network), source_head, network.head)).norm(dim=1)
        trainer.record("feature_use", use.tolist())
        trainer.record("features_without_use", int((use == 0).sum()))


@torch.no_grad()
def shrink_heads(scale: Tensor, heads: Sequence[nn.Conv2d], threshold: float) -> None:
    """Multiply both heads' weights of each feature by the proximal step's factor of its row."""
    factors = shrinkage(joint_rows(used_weights(scale, *heads)), threshold)
    for head in heads:
        head.weight.mul_(factors[None, :, None, None])


def used_weights(scale: Tensor, *heads: nn.Conv2d) -> list[Tensor]:
    """Return g_i W_i of each head, (outputs, features, 1, 1), for ``scale`` g (features,)."""
    return [scale[None, :, None, None] * head.weight for head in heads]


def last_scale(network: nn.Module) -> Tensor:
    """Return the scales (channels,) of the last batch norm before the head."""
    *_, last = (module for module in network.modules() if isinstance(module, nn.BatchNorm2d))
    return last.weight
