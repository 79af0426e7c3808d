"""Training with a divergence between the features of two domains."""

from collections.abc import Callable

import torch
from torch import Tensor

from benchmarks.engine.strategies.shared.both_domains import features_of_both
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import pixels_as_samples, task_loss
from benchmarks.engine.training.trainer import Trainer

Divergence = Callable[[Tensor, Tensor], Tensor]


def train_aligned(
    access: Access, trainer: Trainer, divergence: Divergence, *, trade_off: float, pixels: int
) -> None:
    """Minimise L_task(source) + trade_off * divergence(source features, target features).

    Features are those before the head, at ``pixels`` random brain pixels of each domain's batch.
    Deep CORAL uses all pixels, but kernels and sorting cost more than covariances, and background
    is the same in both domains. As in Deep CORAL, both domains are in one batch. It starts from
    random weights and has the iterations of ``source_only``, so that any gain is due to the
    target's images alone.
    """
    network = trainer.new_network()
    source, labels, target = access.source_images, access.source_labels, access.target_images
    generator = trainer.generator("pixels")

    def objective() -> dict[str, Tensor]:
        rows = trainer.draw(len(source), "source")
        others = trainer.draw(len(target), "target")
        inside, outside = features_of_both(network, source[rows], target[others])
        task = task_loss(network.head(inside), labels[rows])
        gap = divergence(
            brain_features(inside, source[rows], pixels, generator),
            brain_features(outside, target[others], pixels, generator),
        )
        return {"loss": task + trade_off * gap, "task": task, "divergence": gap}

    trainer.optimise(network, objective)


def brain_features(
    features: Tensor, images: Tensor, count: int, generator: torch.Generator
) -> Tensor:
    """Return features (count, channels) at random pixels where ``images`` are not background.

    Drawn with replacement, in fp32. Of subject-level features, one pixel per image, all are
    returned.
    """
    return brain_pixels(features, images, count, generator)(features).float()


def brain_pixels(
    features: Tensor, images: Tensor, count: int, generator: torch.Generator
) -> Callable[[Tensor], Tensor]:
    """Return what reads (count, channels) from maps (batch, channels, h, w) at one random draw.

    So features, labels and outputs are read at the same pixels, where ``images`` are not
    background. Maps of one pixel per image are read whole, (batch, channels).
    """
    if features.shape[-2:] != images.shape[-2:]:
        return pixels_as_samples
    inside = (images[:, 0] != 0).flatten().nonzero()[:, 0]
    drawn = torch.randint(len(inside), (count,), generator=generator).to(inside.device)
    chosen = inside[drawn]
    return lambda maps: pixels_as_samples(maps)[chosen]
