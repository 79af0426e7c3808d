"""Objectives that several strategies share."""

from torch import Tensor, nn

from benchmarks.engine.losses import segmentation_loss
from benchmarks.engine.training import Objective, Trainer


def supervised(
    trainer: Trainer, network: nn.Module, images: Tensor, labels: Tensor, *, role: str
) -> Objective:
    """Return the task loss on random batches of labelled slices; ``role`` names their order."""

    def objective() -> dict[str, Tensor]:
        batch = trainer.draw(len(images), role)
        return {"loss": segmentation_loss(network(images[batch]), labels[batch])}

    return objective
