"""Kernel mean matching (KMM): Huang et al. 2006.

Weights b minimise ||mean_i b_i phi(s_i) - mean_j phi(t_j)||^2, that is the squared MMD between the
weighted source and the target: 1/2 b^T K b - kappa^T b with K = k(s, s) and
kappa_i = n/m sum_j k(s_i, t_j), subject to 0 <= b_i <= B and |sum_i b_i - n| <= n epsilon (eq. 11).

From the paper: B = 1000, epsilon = (sqrt(n) - 1) / sqrt(n), Gaussian kernel. Ours: the width, the
median distance, and the solver: accelerated projected gradients (Beck and Teboulle 2009, restarted
as O'Donoghue and Candes 2015), which stop when the Frank-Wolfe duality gap, a bound on the
remaining decrease of half the squared MMD, is small enough.
"""

import numpy as np
from scipy import optimize
from scipy.sparse.linalg import eigsh

from benchmarks.engine.methods.weighting.ratio import Array, gaussian_kernel, median_distance

LARGEST_WEIGHT = 1000.0
GAP = 1e-5  # the bound is loose: the true gap is nearer 1e-7, and a smaller one would fit noise
ROUNDS = 5000


def kmm_weights(
    source: Array,
    target: Array,
    *,
    width: float | None = None,
    largest: float = LARGEST_WEIGHT,
    slack: float | None = None,
    gap: float = GAP,
) -> Array:
    """Return weights (n,) in [0, ``largest``] for ``source`` (n, d), towards ``target`` (m, d).

    ``slack`` is epsilon, the largest difference of the mean weight from 1. For ``gap`` see
    `solve_box_sum`.
    """
    if largest < 1:
        raise ValueError(f"largest must be >= 1, or no weights have mean 1; got {largest}")
    count = len(source)
    width = median_distance(source, target) if width is None else width
    slack = (np.sqrt(count) - 1) / np.sqrt(count) if slack is None else slack
    kernel = gaussian_kernel(source, source, width)
    pull = gaussian_kernel(source, target, width).mean(axis=1) * count
    sums = (count * (1 - slack), count * (1 + slack))
    return solve_box_sum(kernel, pull, largest=largest, sums=sums, gap=gap)


def weights_at_bound(weights: Array, largest: float) -> int:
    """Return how many weights are at their bound: they would be larger if it were."""
    return int((weights >= largest * (1 - 1e-9)).sum())


def solve_box_sum(
    kernel: Array,
    pull: Array,
    *,
    largest: float,
    sums: tuple[float, float],
    gap: float = GAP,
    rounds: int = ROUNDS,
) -> Array:
    """Return the b that minimises 1/2 b^T K b - pull^T b over a box and a range of sums.

    Stops once the objective, divided by n^2, is within ``gap`` of the minimum.
    """
    count = len(pull)
    step = 1 / _largest_eigenvalue(kernel)
    found = ahead = project_box_sum(np.ones(count), largest=largest, sums=sums)
    found_image = ahead_image = kernel @ found  # of the one product with the kernel per iteration
    momentum = 1.0
    for _ in range(rounds):
        slope = found_image - pull
        if slope @ (found - _lowest_corner(slope, largest, sums)) <= gap * count**2:
            break
        moved = project_box_sum(ahead - step * (ahead_image - pull), largest=largest, sums=sums)
        moved_image = kernel @ moved
        restart = (ahead - moved) @ (moved - found) > 0
        following = 1.0 if restart else (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        carry = 0.0 if restart else (momentum - 1) / following
        ahead = moved + carry * (moved - found)
        ahead_image = moved_image + carry * (moved_image - found_image)
        found, found_image, momentum = moved, moved_image, following
    return found


def project_box_sum(point: Array, *, largest: float, sums: tuple[float, float]) -> Array:
    """Return the nearest point with 0 <= b_i <= largest and sums[0] <= sum_i b_i <= sums[1]."""
    inside: Array = np.clip(point, 0, largest)
    total = inside.sum()
    if sums[0] <= total <= sums[1]:
        return inside
    wanted = min(max(total, sums[0]), sums[1])

    def excess(shift: float) -> float:
        return float(np.clip(point - shift, 0, largest).sum() - wanted)

    shift = optimize.brentq(excess, point.min() - largest - 1, point.max() + 1)
    projected: Array = np.clip(point - shift, 0, largest)
    return projected


def _lowest_corner(slope: Array, largest: float, sums: tuple[float, float]) -> Array:
    """Return the feasible point where slope^T b is lowest: fill the lowest slopes first."""
    total = np.clip(largest * np.count_nonzero(slope < 0), *sums)
    filled = np.clip(total - largest * np.arange(len(slope)), 0, largest)
    corner = np.empty_like(slope)
    corner[np.argsort(slope, kind="stable")] = filled
    return corner


def _largest_eigenvalue(kernel: Array) -> float:
    if len(kernel) < 3:
        return float(np.trace(kernel))
    start = np.ones(len(kernel))  # the default start is random
    value = float(eigsh(kernel, k=1, v0=start, return_eigenvectors=False, tol=1e-3)[0])
    return value * 1.01  # the tolerance is added: too long a step would not converge
