"""SWAG with a diagonal covariance: a posterior over weights from a trajectory of SGD.

Maddox et al. 2019, section 3.2, take the variance of SGD's iterates around the solution. It is the
posterior's only where the iterates are stationary. A trajectory that still travels has the variance
of its path, which is larger the faster a weight drifts, whatever its curvature. So a first part of
the trajectory is left out, and the variance is taken around a straight line through the rest.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor


def _zero() -> Tensor:
    return torch.zeros(())


@dataclass
class Moments:
    """Mean, drift and variance of the weights along a trajectory, without keeping it."""

    count: int = 0
    mean: Tensor = field(default_factory=_zero)
    _spread: Tensor = field(default_factory=_zero)
    _with_time: Tensor = field(default_factory=_zero)

    def add(self, weights: Tensor) -> None:
        """Add one point, (parameters,), by Welford's update; sums of squares cancel in fp32."""
        before = weights - self.mean
        # The mean time of points 1 ... n is (n + 1) / 2: point n + 1 is (n + 1) / 2 after it.
        earlier = (self.count + 1) / 2 if self.count else 0.0
        self.count += 1
        self.mean = self.mean + before / self.count
        after = weights - self.mean
        self._spread = self._spread + before * after
        self._with_time = self._with_time + earlier * after

    @property
    def total_variance(self) -> Tensor:
        """Return the variance of each weight around its mean, drift included, (parameters,)."""
        return self._spread / max(1, self.count)

    @property
    def variance(self) -> Tensor:
        """Return the variance of each weight around its straight line in time, (parameters,).

        Without bias for independent deviations: a mean and a slope are estimated. Zero for fewer
        than three points.
        """
        if self.count < 3:
            return torch.zeros_like(self._spread)
        return (self._spread - self._along_time()).clamp_min(0) / (self.count - 2)

    @property
    def drift_share(self) -> float:
        """Return the part of the total variance that lies along the straight lines, 0 to 1."""
        total = float(self._spread.sum())
        return float(self._along_time().sum()) / total if total > 0 else 0.0

    def _along_time(self) -> Tensor:
        times = self.count * (self.count**2 - 1) / 12  # sum of squares of 1 ... n around its mean
        return self._with_time.square() / times if times else torch.zeros_like(self._spread)


def relative_precision(variance: Tensor, floor: float) -> Tensor:
    """Return 1 / (variance + floor * its mean), scaled to mean 1; all ones where nothing varied."""
    if not bool(variance.any()):
        return torch.ones_like(variance)
    precision = 1 / (variance + floor * variance.mean())
    return precision / precision.mean()
