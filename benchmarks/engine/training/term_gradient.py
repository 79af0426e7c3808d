"""How much of the gradient is due to a strategy's term, measured while it trains."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import TypedDict

import torch
from torch import Tensor, nn

POINTS = 16
"""Measurements in the longest training that a fit may have; each costs one more backward pass."""
RECORD = "term_gradient"
Gradients = Sequence[Tensor | None]


class TermGradientRecord(TypedDict):
    """The term's gradient over the task's: the median, and the share at each measured iteration."""

    share: float
    iterations: list[int]
    shares: list[float]


class TermGradient:
    """The norm of the term's gradient over that of the task's, for the network's parameters.

    It measures objectives that return ``task`` besides ``loss``: their difference is the term. The
    term's gradient is the difference of the two gradients, so that a reversed gradient counts as
    the network receives it. Parameters of other modules, such as a discriminator, are left out.
    """

    def __init__(self) -> None:
        self._iterations: list[int] = []
        self._shares: list[Tensor] = []

    @staticmethod
    def due(network: nn.Module, iteration: int, most: int) -> nn.Module | None:
        """Return the network where this iteration of at most ``most`` is measured, else None."""
        return network if iteration % max(1, most // POINTS) == 0 else None

    def of_task(self, losses: Mapping[str, Tensor], network: nn.Module | None) -> Gradients | None:
        """Return the task's gradients before the backward pass; None where nothing is measured.

        Nothing is measured where the task's loss is only reported, and depends on no weight.
        """
        parameters = _trained(network) if network else []
        if not (parameters and "task" in losses and losses["task"].requires_grad):
            return None
        return torch.autograd.grad(losses["task"], parameters, retain_graph=True, allow_unused=True)

    def note(self, task: Gradients | None, network: nn.Module | None, iteration: int) -> None:
        """Measure after the backward pass of the whole loss."""
        if task is None or network is None:
            return
        pairs = zip((p.grad for p in _trained(network)), task, strict=True)
        left = [_minus(whole, part) for whole, part in pairs if whole is not None]
        term, rest = _norm(left), _norm([part for part in task if part is not None])
        self._iterations.append(iteration)
        self._shares.append(term / rest.clamp_min(torch.finfo(rest.dtype).tiny))

    def record(self) -> TermGradientRecord | None:
        """Return what was measured; None for an objective without a term."""
        if not self._shares:
            return None
        shares = [float(share) for share in self._shares]
        return {
            "share": median(shares),
            "iterations": list(self._iterations),
            "shares": [round(share, 6) for share in shares],
        }


def _trained(network: nn.Module) -> list[nn.Parameter]:
    return [parameter for parameter in network.parameters() if parameter.requires_grad]


def _minus(whole: Tensor, part: Tensor | None) -> Tensor:
    return whole if part is None else whole - part


def _norm(gradients: list[Tensor]) -> Tensor:
    return torch.nn.utils.get_total_norm([gradient.float() for gradient in gradients])
