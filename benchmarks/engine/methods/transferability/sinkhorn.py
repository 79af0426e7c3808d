"""Entropic optimal transport in the log domain, for any kernel that can sum its rows and columns.

With weights a (n), b (m), costs C (n, m) and epsilon in the costs' unit, the coupling

    pi_ij = a_i b_j exp(f_i + g_j - C_ij / epsilon)

minimises <pi, C> + epsilon KL(pi | a b') among couplings with marginals a and b (Cuturi, NeurIPS
2013). Potentials f, g are in units of epsilon. Sinkhorn's half-steps set f = -rows(g), then g =
-columns(f). Three changes accelerate it and keep its fixed point. Epsilon is lowered by factors of
four from the size of the costs (Schmitzer, SIAM J. Sci. Comput. 41, 2019), each stage starting from
the last one's potentials. Each half-step is over-relaxed by omega (Thibault et al., Algorithms 14,
2021), which is chosen from the observed rate as for linear systems (Young, 1971). It stops when the
marginals are within tolerance, not after a fixed count.

The marginal error is sum_i |sum_j pi_ij - a_i| + sum_j |sum_i pi_ij - b_j|: the misplaced mass,
independent of the number of points. (POT's `stopThr` is the Euclidean norm over the columns alone,
smaller by about the square root of their number.)
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
from torch import Tensor

SCALING = 4.0
COARSE_ERROR = 0.02  # tolerance before epsilon is lowered again
COARSE_ITERATIONS = 30
PERIOD = 20  # iterations between two choices of omega
LARGEST_OMEGA = 1.97
HOPELESS = 1e3  # times the smallest error: omega was too large


class Kernel(Protocol):
    """The sums over weights and costs that the iterations need."""

    def refresh(self, f: Tensor, g: Tensor) -> None:
        """Prepare for potentials near f (n) and g (m)."""

    def rows(self, g: Tensor) -> Tensor:
        """Return log sum_j b_j exp(g_j - C_ij / epsilon) of every i: (n)."""

    def columns(self, f: Tensor) -> Tensor:
        """Return log sum_i a_i exp(f_i - C_ij / epsilon) of every j: (m)."""


AnyKernel = TypeVar("AnyKernel", bound=Kernel)


@dataclass(frozen=True)
class Potentials:
    """Final potentials: the rows' marginals are exact, the columns' are wrong by ``error``."""

    f: Tensor
    g: Tensor
    error: float
    iterations: int
    coarse_iterations: int


class NotConvergedError(RuntimeError):
    """The marginals were not within tolerance after the last iteration allowed."""


def solve(
    make: Callable[[float], AnyKernel],
    *,
    a: Tensor,
    b: Tensor,
    epsilon: float,
    largest_cost: float,
    tolerance: float,
    max_iterations: int,
    start: tuple[Tensor, Tensor] | None = None,
) -> tuple[AnyKernel, Potentials]:
    """Return the kernel at ``epsilon`` and its potentials, marginals within ``tolerance``.

    ``start`` holds potentials f and g near the solution, so that larger epsilons are skipped.
    Raises NotConvergedError.
    """
    f, g = start or (torch.zeros_like(a), torch.zeros_like(b))
    coarse, omega = 0, 1.0
    for step in range(0 if start else scalings(largest_cost, epsilon), 0, -1):
        loop = _Loop(make(epsilon * SCALING**step), a, b, f, g, omega)
        coarse += loop.run(COARSE_ERROR, COARSE_ITERATIONS)
        f, g = loop.f * SCALING, loop.g * SCALING
        omega = loop.omega
    kernel = make(epsilon)
    loop = _Loop(kernel, a, b, f, g, omega)
    iterations = 0
    while iterations < max_iterations:
        iterations += loop.run(tolerance, min(PERIOD, max_iterations - iterations))
        f, error = loop.settled()
        if error <= tolerance:
            return kernel, Potentials(f, loop.g, error, iterations, coarse)
    raise NotConvergedError(f"marginal error {error:.1e} after {iterations} iterations")


def scalings(largest_cost: float, epsilon: float) -> int:
    """Return how often epsilon is lowered, given the size of the costs."""
    return max(0, math.ceil(math.log(largest_cost / epsilon, SCALING))) if largest_cost else 0


class _Loop:
    """Over-relaxed half-steps on one kernel."""

    def __init__(
        self, kernel: Kernel, a: Tensor, b: Tensor, f: Tensor, g: Tensor, omega: float = 1.0
    ) -> None:
        self.kernel, self.a, self.b, self.f, self.g = kernel, a, b, f, g
        self.omega = omega
        self.least = math.inf

    def run(self, tolerance: float, max_iterations: int) -> int:
        """Iterate until both marginals are within tolerance; return the number of iterations."""
        errors: list[float] = []
        for iteration in range(1, max_iterations + 1):
            errors.append(self._iterate())
            if errors[-1] <= tolerance:
                return iteration
            if iteration % PERIOD == 0:
                self._choose_omega(errors[-PERIOD:])
        return max_iterations

    def _iterate(self) -> float:
        self.kernel.refresh(self.f, self.g)
        step = -self.kernel.rows(self.g) - self.f
        error = _error(self.a, step)
        self.f = self.f + self.omega * step
        step = -self.kernel.columns(self.f) - self.g
        error += _error(self.b, step)
        self.g = self.g + self.omega * step
        return error

    def _choose_omega(self, errors: list[float]) -> None:
        """Set omega from the observed decay of errors, which may rise for a while."""
        if errors[-1] > HOPELESS * self.least:
            self.omega = 1.0
            return
        self.least = min(self.least, *errors)
        half = PERIOD // 2
        late, early = math.prod(errors[-half:]), math.prod(errors[:half])
        rate = (late / early) ** (1 / half**2)
        if not self.omega - 1 < rate < 1:  # the slowest mode does not dominate yet
            return
        plain = (rate + self.omega - 1) ** 2 / (rate * self.omega**2)
        best = 2 / (1 + math.sqrt(max(0.0, 1 - plain)))
        self.omega = min(LARGEST_OMEGA, max(self.omega, best))

    def settled(self) -> tuple[Tensor, float]:
        """Return the f that makes the rows exact, and the columns' error with it."""
        self.kernel.refresh(self.f, self.g)
        f = -self.kernel.rows(self.g)
        return f, _error(self.b, -self.kernel.columns(f) - self.g)


def _error(weights: Tensor, step: Tensor) -> float:
    """Return the misplaced mass of a marginal that a half-step would move by ``step``."""
    return float((weights * torch.expm1(-step.clamp(-60, 60)).abs()).sum())
