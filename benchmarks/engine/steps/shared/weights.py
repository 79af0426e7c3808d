"""Reading of published weights, the source of transfer without source data."""

from safetensors.torch import load_file, save_file
from torch import Tensor

from benchmarks.engine.networks.published_weights import imagenet_encoder
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import WeightsOutputs
from benchmarks.plan.steps.shared import WeightsStep
from benchmarks.plan.steps.step import Address, Step

FILE = "weights.safetensors"


def read(context: StepContext[WeightsStep]) -> WeightsOutputs:
    """Return the number of weights; the state dict is a file."""
    weights = imagenet_encoder(context.step.sha256)
    packed = {name: tensor.contiguous() for name, tensor in weights.items()}
    save_file(packed, context.folder / FILE)
    return {"numbers": sum(tensor.numel() for tensor in weights.values())}


def load_weights(context: StepContext[Step], address: Address) -> dict[str, Tensor]:
    """Return the state dict stored by a finished step."""
    weights: dict[str, Tensor] = load_file(context.file(address, FILE))
    return weights
