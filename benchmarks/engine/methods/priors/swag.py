"""SWAG with a diagonal covariance: a posterior over weights from a trajectory of SGD."""

from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass
class Moments:
    """First and second moments of the weights along a trajectory.

    Maddox et al. 2019, section 3.2: mean w_bar, variance mean(w^2) - w_bar^2.
    """

    count: int = 0
    mean: Tensor = field(default_factory=lambda: torch.zeros(()))
    _spread: Tensor = field(default_factory=lambda: torch.zeros(()))

    def add(self, weights: Tensor) -> None:
        """Add one point, (parameters,), by Welford's update; sums of squares cancel in fp32."""
        self.count += 1
        before = weights - self.mean
        self.mean = self.mean + before / self.count
        self._spread = self._spread + before * (weights - self.mean)

    @property
    def variance(self) -> Tensor:
        """Return the variance of each weight, (parameters,)."""
        return self._spread / max(1, self.count)


def relative_precision(variance: Tensor, floor: float) -> Tensor:
    """Return 1 / (variance + floor * its mean), scaled to mean 1; all ones where nothing varied."""
    if not bool(variance.any()):
        return torch.ones_like(variance)
    precision = 1 / (variance + floor * variance.mean())
    return precision / precision.mean()
