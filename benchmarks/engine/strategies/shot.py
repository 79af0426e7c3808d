"""SHOT: the source's head is kept, and features of the target learn to suit it."""

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.engine.methods.uncertainty.entropy import mean_entropy
from benchmarks.engine.methods.uncertainty.pseudo_labels import prior_divergence, pseudo_labels
from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.strategies.shared.alignment import brain_pixels
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import ShotParams

SLICES_AT_ONCE = 64


class Shot:
    """Minimise trade_off * [H(p) + KL(mean p || prior) + pseudo_weight * CE(p, label by centroid)].

    Liang et al. 2020 (SHOT): the source network's head is frozen, and its features are trained on
    target images until its predictions are certain, spread over the classes, and agree with the
    nearest of the classes' centroids. No source data is read. Theirs makes classes equally
    frequent; a region is a small part of a brain, so that our prior are the shares that the source
    network predicts on the target (Bateson et al. 2020, who have them from anatomy). Pseudo-labels
    are made for random brain pixels of each batch, theirs for the whole set once an epoch; the rate
    is that of every strategy, theirs a tenth of it for layers with weights from the source. Batch
    norm follows the target's training images; with ``trade_off`` 0 nothing else does.
    """

    def __init__(self, params: ShotParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Adapt the features of the source network to the target."""
        network = trainer.new_network(access.source_weights)
        images = access.target_images
        prior = predicted_shares(network, images)
        generator = trainer.generator("pixels")

        def objective() -> dict[str, Tensor]:
            chosen = images[trainer.draw(len(images), "target")]
            features = network.decode(network.encode(chosen))
            pixels = brain_pixels(features, chosen, self.params.pixels, generator)
            logits = pixels(network.head(features)).float()
            found = logits.softmax(dim=1)
            suggested = pseudo_labels(pixels(features.detach()).float(), found.detach())
            entropy = mean_entropy(logits[:, :, None, None])
            shares = prior_divergence(found, prior)
            pseudo = functional.cross_entropy(logits, suggested)
            terms = entropy + shares + self.params.pseudo_weight * pseudo
            loss = self.params.trade_off * terms
            return {"loss": loss, "entropy": entropy, "shares": shares, "pseudo": pseudo}

        trainer.optimise(network, objective, frozen=[network.head])


@torch.no_grad()
def predicted_shares(network: Network, images: Tensor) -> Tensor:
    """Return the mean probability of each class, (classes,), over the brain in ``images``."""
    network.eval()
    sums, counted = torch.zeros(network.head.out_channels, device=images.device), 0
    for chunk in images.split(SLICES_AT_ONCE):
        found = network(chunk).float().softmax(dim=1)
        is_map = found.shape[-2:] == chunk.shape[-2:]
        inside = (chunk[:, 0] != 0) if is_map else torch.ones_like(found[:, 0], dtype=torch.bool)
        values = found.permute(0, 2, 3, 1)[inside]
        sums, counted = sums + values.sum(dim=0), counted + len(values)
    network.train()
    return sums / max(1, counted)
