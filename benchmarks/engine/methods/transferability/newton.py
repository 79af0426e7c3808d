"""Entropic optimal transport by Newton's method, for couplings that fit into memory.

The same problem and notation as in `sinkhorn`. With f = -rows(g) eliminated, g maximises the
concave

    h(g) = sum_j b_j g_j + sum_i a_i f_i(g),

whose gradient is b - c, c being the coupling's column sums, and whose second derivative is pi'
diag(1/a) pi - diag(c) (Cuturi and Peyre, SIAM J. Imaging Sci. 9, 2016; Brauer et al. 2017,
arXiv:1710.06635). Half-steps converge slowly where some mass has to move between clusters that are
far apart in units of epsilon, which is usual for logits: there are few, tiny eigenvalues, which
conjugate gradients remove one by one. Each system is solved to a tolerance that follows the current
error (Dembo et al., SIAM J. Numer. Anal. 19, 1982), damped in proportion to that error, and the
step is halved until h grows. Epsilon is lowered as in `sinkhorn`.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from benchmarks.engine.methods.transferability.sinkhorn import (
    SCALING,
    Kernel,
    NotConvergedError,
    Potentials,
    scalings,
)

COARSE_ERROR = 0.01  # tolerance before epsilon is lowered again
COARSE_STEPS = 60
WARM_UP = 3  # half-steps at each epsilon
DAMPING = 0.1  # damping, times the error
LEAST_PRECISION = 0.1  # of the residual; later ones are solved to the root of the error
MAX_GRADIENTS = 300
SUFFICIENT = 1e-4  # of the growth that the slope predicts (Armijo)
SHORTEST = 1e-4
ROUNDING = 1e-13


class DenseKernel(Kernel, Protocol):
    """A kernel whose coupling fits into memory."""

    def coupling(self, f: Tensor, g: Tensor) -> Tensor:
        """Return a_i b_j exp(f_i + g_j - C_ij / epsilon): (n, m)."""


AnyKernel = TypeVar("AnyKernel", bound=DenseKernel)


def solve(
    make: Callable[[float], AnyKernel],
    *,
    a: Tensor,
    b: Tensor,
    epsilon: float,
    largest_cost: float,
    tolerance: float,
    max_iterations: int,
) -> tuple[AnyKernel, Potentials]:
    """Return the kernel at ``epsilon`` and its potentials, marginals within ``tolerance``."""
    kernel, found = approach(
        make,
        a=a,
        b=b,
        epsilon=epsilon,
        largest_cost=largest_cost,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    if found.error > tolerance:
        raise NotConvergedError(
            f"marginal error {found.error:.1e} after {found.iterations} iterations"
        )
    return kernel, found


def approach(
    make: Callable[[float], AnyKernel],
    *,
    a: Tensor,
    b: Tensor,
    epsilon: float,
    largest_cost: float,
    tolerance: float,
    max_iterations: int,
) -> tuple[AnyKernel, Potentials]:
    """Return the result of `solve`, or the state reached after ``max_iterations``."""
    g = torch.zeros_like(b)
    coarse = 0
    for step in range(scalings(largest_cost, epsilon), 0, -1):
        found = _at(make(epsilon * SCALING**step), a, b, g, COARSE_ERROR, COARSE_STEPS)
        coarse += found.iterations
        g = found.g * SCALING
    kernel = make(epsilon)
    return kernel, replace(
        _at(kernel, a, b, g, tolerance, max_iterations), coarse_iterations=coarse
    )


def _at(
    kernel: DenseKernel, a: Tensor, b: Tensor, g: Tensor, tolerance: float, most: int
) -> Potentials:
    """Return potentials after Newton steps from ``g``, up to a limit; rows are exact."""
    for _ in range(WARM_UP):
        g = -kernel.columns(-kernel.rows(g))
    f = -kernel.rows(g)
    iteration = 0
    while True:
        coupling = kernel.coupling(f, g)
        columns = coupling.sum(0)
        missing = b - columns
        error = float(missing.abs().sum())
        if error <= tolerance or iteration == most:
            return Potentials(f, g, error, iteration, coarse_iterations=0)
        iteration += 1
        direction = _direction(coupling, a, columns, missing, error)
        f, g = _step(kernel, a, b, f, g, direction, slope=float(missing @ direction))


def _direction(
    coupling: Tensor, a: Tensor, columns: Tensor, missing: Tensor, error: float
) -> Tensor:
    """Return Newton's direction by preconditioned conjugate gradients: (m)."""
    scale = columns.clamp_min(torch.finfo(columns.dtype).tiny)
    precision = min(LEAST_PRECISION, math.sqrt(error))
    found, residual = torch.zeros_like(missing), missing.clone()
    scaled = residual / scale
    search = scaled.clone()
    first = square = float(residual @ scaled)
    for _ in range(MAX_GRADIENTS):
        image = (1 + DAMPING * error) * scale * search
        image -= coupling.T @ ((coupling @ search) / a)
        curvature = float(search @ image)
        if curvature <= 0:  # rounding error: no progress in this direction
            break
        length = square / curvature
        found += length * search
        residual -= length * image
        scaled = residual / scale
        before, square = square, float(residual @ scaled)
        if square <= precision**2 * first:
            break
        search = scaled + square / before * search
    return found


def _step(
    kernel: DenseKernel,
    a: Tensor,
    b: Tensor,
    f: Tensor,
    g: Tensor,
    direction: Tensor,
    *,
    slope: float,
) -> tuple[Tensor, Tensor]:
    """Return potentials after the longest halved step that raises h, else a half-step."""
    height = float(a @ f + b @ g)
    share = 1.0
    while share >= SHORTEST:
        new_g = g + share * direction
        new_f = -kernel.rows(new_g)
        growth = float(a @ new_f + b @ new_g) - height
        if growth >= SUFFICIENT * share * slope - ROUNDING * abs(height):
            return new_f, new_g
        share /= 2
    g = -kernel.columns(f)
    return -kernel.rows(g), g
