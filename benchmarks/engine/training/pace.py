"""When a training loop's learning rate falls, and when the loop ends: one rule for everybody."""

import math

import torch
from torch import Tensor

from benchmarks.plan.plateau import FALL, PATIENCE, TOLERANCE, Plateau


class Pace:
    """The learning rate's factor of each iteration, and the number of iterations.

    Until the plateau the factor is 1; then it falls linearly towards 0 over a third as many
    iterations as were done before. Without a ``window`` it is 1 for all ``most`` iterations. The
    rule is in `benchmarks.plan.plateau`. Losses stay on their device and are read once a window.
    """

    def __init__(self, budget: Plateau, device: torch.device) -> None:
        self._budget = budget
        self._sum = torch.zeros((), device=device)
        self._best = math.inf
        self._progress = 0.0
        self._without_progress = 0
        self.has_plateau = False
        self.total = budget.most
        self._fall = budget.most if budget.window == 0 else None
        self._latest_fall = max(1, math.floor(budget.most / (1 + FALL)))

    def factor(self, iteration: int) -> float:
        """Return the learning rate's factor at ``iteration``, which counts from 1."""
        if self._fall is None or iteration <= self._fall:
            return 1.0
        return 1 - (iteration - self._fall) / (self.total - self._fall + 1)

    def progress(self, iteration: int) -> float:
        """Return how far the fit is, 0 to 1, for terms that set in gradually.

        Where the end is not known it is the share of the iterations after which the rate falls at
        the latest: an adversary that sets in before the task is learned can keep it from being
        learned at all.
        """
        known = self._latest_fall if self._budget.window else self._budget.most
        return min(1.0, (iteration - 1) / max(1, known))

    def note(self, iteration: int, loss: Tensor) -> None:
        """Take the ``loss``, a scalar, of an iteration; decide whether the rate falls from now."""
        if self._fall is not None:
            return
        self._sum += loss.detach().float()
        if iteration % self._budget.window == 0:
            self._judge(self._sum.item() / self._budget.window)
            self._sum.zero_()
            self.has_plateau = (
                iteration >= self._budget.least and self._without_progress >= PATIENCE
            )
        if self.has_plateau or iteration >= self._latest_fall:
            self._fall = iteration
            if self.has_plateau:
                self.total = min(self._budget.most, iteration + max(1, round(FALL * iteration)))

    def _judge(self, mean: float) -> None:
        if self._best == math.inf:
            self._progress = TOLERANCE * abs(mean)
        if mean < self._best - self._progress:
            self._best, self._without_progress = mean, 0
        else:
            self._without_progress += 1
