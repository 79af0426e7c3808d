"""Read weights that others have published: the source of a transfer without source data."""

from typing import Any

import torch
from torch import Tensor

from benchmarks.engine.networks.published_weights import imagenet_encoder
from benchmarks.engine.steps.shared.context import StepContext

FILE = "weights.pt"


def read(context: StepContext) -> dict[str, Any]:
    """Return how many numbers there are; the state dict is a file."""
    weights = imagenet_encoder(context.fields["sha256"])
    torch.save(weights, context.folder / FILE)
    return {"numbers": sum(tensor.numel() for tensor in weights.values())}


def load_weights(context: StepContext, address: str) -> dict[str, Tensor]:
    """Return the state dict that a finished step has read."""
    weights: dict[str, Tensor] = torch.load(
        context.file(address, FILE), map_location="cpu", weights_only=True
    )
    return weights
