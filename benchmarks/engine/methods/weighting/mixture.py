"""Optimal shares of a mixture, by multiplicative updates with a bound on the remaining gap.

Two objectives over shares w on the simplex, both concave, with densities P (samples, components):
the log-likelihood mean_j log (P w)_j, raised by expectation-maximisation with longer steps, w_i <-
w_i g_i^STEP / sum, and a Bhattacharyya coefficient mean_j c_j sqrt((P w)_j), raised by w_i <- w_i
g_i^2 / sum (the same minorisation, by Cauchy-Schwarz instead of Jensen). g is the gradient. By
concavity f* - f(w) <= max_i g_i - sum_i w_i g_i.
"""

import numpy as np

from benchmarks.engine.methods.weighting.ratio import Array

GAP = 1e-4
ROUNDS = 3000
STEP = 1.9  # times expectation-maximisation's; below 2 it converges (Peters and Walker 1978)


def likelihood_shares(densities: Array, *, gap: float = GAP, rounds: int = ROUNDS) -> Array:
    """Return the shares (components,) within ``gap`` of the highest mean log-likelihood."""
    shares = np.full(densities.shape[1], 1 / densities.shape[1])
    for _ in range(rounds):
        gradient = densities.T @ (1 / (densities @ shares)) / len(densities)
        if gradient.max() - 1 <= gap:  # shares @ gradient is 1
            break
        shares = shares * gradient**STEP
        shares = shares / shares.sum()
    return shares


def coefficient_shares(
    densities: Array, scales: Array, *, gap: float = GAP, rounds: int = ROUNDS
) -> Array:
    """Return the shares within a relative ``gap`` of the highest mean_j c_j sqrt((P w)_j)."""
    shares = np.full(densities.shape[1], 1 / densities.shape[1])
    for _ in range(rounds):
        gradient = densities.T @ (scales / np.sqrt(densities @ shares)) / (2 * len(densities))
        reached = shares @ gradient  # half the coefficient
        if gradient.max() - reached <= 2 * gap * reached:
            break
        shares = shares * np.square(gradient)
        shares = shares / shares.sum()
    return shares
