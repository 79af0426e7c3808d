"""Checks that end a fit at the first non-finite loss, gradient, weight or output."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from benchmarks.engine.errors import EngineError

NEVER = 2**31 - 1


class NotFiniteError(EngineError):
    """A fit has diverged, or the device computes wrongly; the message names the place."""


class FiniteWatch:
    """Check of the loss and the gradient in every iteration of one training loop.

    On a CPU it raises at once. On a GPU, where reading a number waits for all queued work, it
    records the iteration on the device and raises at ``settle``, which loops call where they read
    numbers anyway.
    """

    def __init__(self, device: torch.device, total: int) -> None:
        self._is_immediate = device.type == "cpu"
        self._total = total
        self._never = torch.full((2,), NEVER, device=device)
        self._first = self._never  # iterations of the first bad loss and the first bad gradient

    def note(self, iteration: int, loss: Tensor, parameters: Iterable[nn.Parameter]) -> None:
        """Check ``loss``, a scalar, and the gradients of its backward pass."""
        gradients = [p.grad for p in parameters if p.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients, foreach=True)
        is_finite = torch.stack([loss.detach().float(), norm.float()]).isfinite()
        if self._is_immediate:
            if not is_finite.all():
                self._raise(iteration, "loss" if not is_finite[0] else "gradient")
            return
        self._first = torch.minimum(self._first, torch.where(is_finite, self._never, iteration))

    def settle(self) -> None:
        """Raise NotFiniteError for the first iteration that was not finite, if there was one."""
        loss, gradient = self._first.tolist()
        if min(loss, gradient) < NEVER:
            self._raise(min(loss, gradient), "loss" if loss <= gradient else "gradient")

    def _raise(self, iteration: int, what: str) -> None:
        raise NotFiniteError(f"iteration {iteration} of {self._total}: the {what} is not finite")


def check_weights(module: nn.Module, where: str) -> None:
    """Raise NotFiniteError, prefixed by ``where``, unless all parameters and buffers are finite."""
    tensors = [*module.named_parameters(), *module.named_buffers()]
    named = {name: tensor for name, tensor in tensors if tensor.is_floating_point()}
    if not named:
        return
    flags = torch.stack([tensor.isfinite().all() for tensor in named.values()]).tolist()
    if bad := [name for name, is_finite in zip(named, flags, strict=True) if not is_finite]:
        raise NotFiniteError(f"{where}: weights are not finite: {', '.join(bad[:3])}")
