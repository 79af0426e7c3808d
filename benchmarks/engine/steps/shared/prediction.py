"""Application of networks to volumes."""

import torch
from torch import Tensor, nn

from benchmarks.engine.running.device import Compute
from benchmarks.engine.tasks.catalog import Task
from benchmarks.engine.training.finite import NotFiniteError

SLICES_AT_ONCE = 64


@torch.inference_mode()
def predict(network: nn.Module, images: Tensor, compute: Compute, task: Task) -> Tensor:
    """Return predictions (subjects, slices, h, w) on the CPU, for volumes with a channel axis.

    ``images`` is (subjects, slices, 1, height, width); the network must be in eval mode. One that
    ``adapts_to_each_subject`` is applied to one subject at a time, with all its slices. Raises
    NotFiniteError where an output is not finite, which a mask would hide.
    """
    flat = images.flatten(0, 1).contiguous(memory_format=torch.channels_last)
    found = []
    for chunk in flat.split(slices_at_once(network, images.shape[1])):
        with compute.autocast():
            outputs = network(chunk)
        if not outputs.isfinite().all():
            raise NotFiniteError("the network's outputs are not finite")
        found.append(task.read(outputs).cpu())
    return torch.cat(found).unflatten(0, images.shape[:2])


def slices_at_once(network: nn.Module, slices_of_subject: int) -> int:
    """Return the batch size in slices: one subject's where the network adapts to it."""
    is_adapting = getattr(network, "adapts_to_each_subject", False)
    return slices_of_subject if is_adapting else SLICES_AT_ONCE
