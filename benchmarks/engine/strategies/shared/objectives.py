"""Objectives that several strategies share."""

from torch import Tensor, nn

from benchmarks.engine.training.trainer import Objective, Trainer


def supervised(
    trainer: Trainer,
    network: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    role: str,
    weights: Tensor | None = None,
) -> Objective:
    """Return the trainer's loss on random batches of labelled slices, whose order ``role`` names.

    With ``weights`` (slices,) a slice is drawn in proportion to its weight.
    """

    def objective() -> dict[str, Tensor]:
        batch = trainer.draw(len(images), role, weights)
        return {"loss": trainer.loss(network(images[batch]), labels[batch])}

    return objective
