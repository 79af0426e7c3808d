"""Unconstrained least-squares importance fitting (uLSIF): Kanamori, Hido and Sugiyama 2009.

w(x) = sum_l a_l k(x, c_l) minimises 1/2 a^T H a - h^T a + lambda/2 ||a||^2, the squared distance to
the ratio under p_source up to a constant, with H = mean_i k(s_i) k(s_i)^T and h = mean_j k(t_j)
(eq. 6). The minimiser (H + lambda I)^-1 h has its negative entries set to 0 (eq. 8). Leaving out
the pair (s_i, t_i) changes H by rank one, so the leave-one-out score mean_i 1/2 w_i(s_i)^2 -
w_i(t_i) has a closed form (section 4, figure 3).

From the paper: Gaussian kernels, centres at 100 target samples, width and lambda by that score.
Ours: the candidates of both.
"""

from collections.abc import Sequence

import numpy as np
from scipy import linalg

from benchmarks.engine.methods.weighting.ratio import (
    Array,
    DensityRatio,
    draw_centres,
    gaussian_kernel,
    mean_one,
    width_candidates,
)

CENTRES = 100
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)


def ulsif_weights(
    source: Array,
    target: Array,
    *,
    generator: np.random.Generator,
    widths: Sequence[float] | None = None,
    penalties: Sequence[float] = PENALTIES,
) -> Array:
    """Return weights (n,) of mean 1 for ``source`` (n, d), towards ``target`` (m, d)."""
    ratio = fit_ulsif(source, target, generator=generator, widths=widths, penalties=penalties)
    return mean_one(ratio(source))


def fit_ulsif(
    source: Array,
    target: Array,
    *,
    generator: np.random.Generator,
    widths: Sequence[float] | None = None,
    penalties: Sequence[float] = PENALTIES,
    centres: int = CENTRES,
) -> DensityRatio:
    """Return the ratio at the width and penalty of the lowest leave-one-out score."""
    source, target = generator.permutation(source), generator.permutation(target)
    chosen = draw_centres(target, centres, generator)
    candidates = width_candidates(source, target) if widths is None else widths
    scores = {}
    for width in map(float, candidates):
        at_source = gaussian_kernel(source, chosen, width)
        at_target = gaussian_kernel(target, chosen, width)
        for penalty in penalties:
            scores[width, penalty] = leave_one_out(at_source, at_target, penalty)
    width, penalty = min(scores, key=scores.__getitem__)
    return ulsif_at(source, target, chosen, width, penalty)


def ulsif_at(
    source: Array, target: Array, centres: Array, width: float, penalty: float
) -> DensityRatio:
    """Return the ratio for given centres (c, d), width and penalty."""
    at_source = gaussian_kernel(source, centres, width)
    at_target = gaussian_kernel(target, centres, width)
    moments = at_source.T @ at_source / len(source) + penalty * np.eye(len(centres))
    solved = linalg.solve(moments, at_target.mean(axis=0), assume_a="pos")
    return DensityRatio(centres, np.maximum(solved, 0), width)


def leave_one_out(at_source: Array, at_target: Array, penalty: float) -> float:
    """Return the leave-one-out score of kernels (n, c) and (m, c) over min(n, m) pairs.

    With B = H + penalty (n - 1)/n I, Sherman and Morrison give the solution without pair i as
    (n - 1)/n (B^-1 + B^-1 s_i s_i^T B^-1 / (n - s_i^T B^-1 s_i)) applied to the h without t_i.
    """
    rows, others, pairs = len(at_source), len(at_target), min(len(at_source), len(at_target))
    shrunk = at_source.T @ at_source / rows
    shrunk[np.diag_indices_from(shrunk)] += penalty * (rows - 1) / rows
    left, right = at_source[:pairs], at_target[:pairs]  # (pairs, centres)
    means = (others * at_target.mean(axis=0) - right) / (others - 1)  # h without t_i
    factor = linalg.cho_factor(shrunk)
    solved_left = linalg.cho_solve(factor, left.T).T
    solved_means = linalg.cho_solve(factor, means.T).T
    lever = (left * solved_means).sum(axis=1) / (rows - (left * solved_left).sum(axis=1))
    coefficients = (rows - 1) / rows * (solved_means + lever[:, None] * solved_left)
    coefficients = np.maximum(coefficients, 0)
    at_own = (left * coefficients).sum(axis=1)
    return float((at_own**2 / 2 - (right * coefficients).sum(axis=1)).mean())
