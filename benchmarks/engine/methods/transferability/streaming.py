"""The sums of `plane` for features of any dimension, without an n x m matrix.

Rows are processed in blocks of fixed size: a matrix product gives -|x - y|^2 / epsilon + g, then
one pass takes the maximum and one the exponentials. Memory is linear in the points.
"""

import math

import torch
from torch import Tensor

FLOOR = -100.0  # exp(-100) is negligible against 1; denormal numbers are ten times slower
BLOCK = 1 << 20  # elements of the only large temporary array: 8 MiB


class StreamingKernel:
    """The kernel exp(-|x - y|^2 / epsilon) between (n, d) and (m, d) points with log weights."""

    def __init__(
        self, x: Tensor, y: Tensor, log_a: Tensor, log_b: Tensor, *, epsilon: float
    ) -> None:
        # Distances do not depend on the origin; near it the matrix product loses fewest digits.
        centre, scale = (x.mean(0) + y.mean(0)) / 2, math.sqrt(2 / epsilon)
        self.x, self.y = (x - centre) * scale, (y - centre) * scale
        self.bend_x = log_a - self.x.square().sum(1) / 2
        self.bend_y = log_b - self.y.square().sum(1) / 2
        self.log_a, self.log_b = log_a, log_b

    def refresh(self, f: Tensor, g: Tensor) -> None:
        """Do nothing: every pair is always included."""

    def rows(self, g: Tensor) -> Tensor:
        """Return log sum_j b_j exp(g_j - cost_ij / epsilon) of every i."""
        return self._sums(self.x, self.y, g + self.bend_y) + self.bend_x - self.log_a

    def columns(self, f: Tensor) -> Tensor:
        """Return log sum_i a_i exp(f_i - cost_ij / epsilon) of every j."""
        return self._sums(self.y, self.x, f + self.bend_x) + self.bend_y - self.log_b

    def coupling(self, f: Tensor, g: Tensor) -> Tensor:
        """Return a_i b_j exp(f_i + g_j - cost_ij / epsilon), the one n x m matrix: (n, m)."""
        power = torch.addmm(g + self.bend_y, self.x, self.y.T)
        return power.add_((f + self.bend_x)[:, None]).clamp_(min=FLOOR).exp_()

    def row_means(self, g: Tensor, values: Tensor) -> Tensor:
        """Return the mean of (m, k) values for each row of the coupling: (n, k)."""
        level, means = g + self.bend_y, []
        for block in self.x.split(_rows(len(self.y))):
            means.append(torch.softmax(torch.addmm(level, block, self.y.T), 1) @ values)
        return torch.cat(means)

    @staticmethod
    def _sums(points: Tensor, others: Tensor, level: Tensor) -> Tensor:
        rows = min(len(points), _rows(len(others)))
        out = points.new_empty(len(points))
        scratch = points.new_empty(rows, len(others))
        for first in range(0, len(points), rows):
            block = points[first : first + rows]
            power = scratch[: len(block)]
            torch.addmm(level, block, others.T, out=power)
            top = power.amax(1)
            power.sub_(top[:, None]).clamp_(min=FLOOR).exp_()
            out[first : first + rows] = power.sum(1).log_().add_(top)
        return out


def _rows(width: int) -> int:
    return max(1, BLOCK // width)
