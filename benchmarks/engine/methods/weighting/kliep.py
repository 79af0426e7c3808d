"""Kullback-Leibler importance estimation (KLIEP): Sugiyama et al. 2008.

w(x) = sum_l a_l k(x, c_l) maximises the target's mean log w(t_j), which is minus the divergence
KL(p_target || w p_source) up to a constant, subject to mean_i w(s_i) = 1 and a_l >= 0 (eq. 9 and
10). With b_l = mean_i k(s_i, c_l), the b_l a_l are shares of a mixture of the components k(., c_l)
/ b_l; the paper uses projected gradients, this module the updates of ``mixture``: the problem is
convex and the optimum the same.

From the paper: Gaussian kernels, centres at 100 target samples, the width by likelihood
cross-validation over 5 folds of the target. Ours: the candidate widths.
"""

from collections.abc import Sequence

import numpy as np

from benchmarks.engine.methods.weighting.mixture import GAP, likelihood_shares
from benchmarks.engine.methods.weighting.ratio import (
    Array,
    DensityRatio,
    draw_centres,
    gaussian_kernel,
    mean_one,
    width_candidates,
)

CENTRES = 100
FOLDS = 5
COARSE_GAP = 1e-2  # ours: precise enough to rank widths
TINY = 1e-300


def kliep_weights(
    source: Array,
    target: Array,
    *,
    generator: np.random.Generator,
    widths: Sequence[float] | None = None,
) -> Array:
    """Return weights (n,) of mean 1 for ``source`` (n, d), towards ``target`` (m, d)."""
    return mean_one(fit_kliep(source, target, generator=generator, widths=widths)(source))


def fit_kliep(
    source: Array,
    target: Array,
    *,
    generator: np.random.Generator,
    widths: Sequence[float] | None = None,
    centres: int = CENTRES,
    folds: int = FOLDS,
) -> DensityRatio:
    """Return the ratio at the width of the highest cross-validated likelihood."""
    if len(target) < folds:
        raise ValueError(f"KLIEP's {folds} folds need as many target samples, got {len(target)}")
    chosen = draw_centres(target, centres, generator)
    candidates = width_candidates(source, target) if widths is None else widths
    fold_of = generator.permutation(np.arange(len(target)) % folds)
    scores = [_cross_validated(source, target, chosen, width, fold_of) for width in candidates]
    width = float(candidates[int(np.argmax(scores))])
    return kliep_at(source, target, chosen, width)


def kliep_at(source: Array, target: Array, centres: Array, width: float) -> DensityRatio:
    """Return the ratio for given centres (c, d) and width."""
    normalisers = gaussian_kernel(source, centres, width).mean(axis=0)
    coefficients = _coefficients(gaussian_kernel(target, centres, width), normalisers)
    return DensityRatio(centres, coefficients, width)


def _coefficients(at_target: Array, normalisers: Array, *, gap: float = GAP) -> Array:
    reached = normalisers > TINY  # a centre with no source sample near cannot be normalised
    coefficients = np.zeros(len(normalisers))
    components = at_target[:, reached] / normalisers[reached]
    covered = components.sum(axis=1) > 0
    if not covered.any():
        raise ValueError("no kernel covers both domains: widen the widths or standardise features")
    coefficients[reached] = likelihood_shares(components[covered], gap=gap) / normalisers[reached]
    return coefficients


def _cross_validated(
    source: Array, target: Array, centres: Array, width: float, fold_of: Array
) -> float:
    """Return the mean log w of held-out target samples; -inf where some have no weight at all."""
    normalisers = gaussian_kernel(source, centres, width).mean(axis=0)
    if (normalisers <= TINY).any():
        return float("-inf")
    at_target = gaussian_kernel(target, centres, width)
    scores = []
    for fold in np.unique(fold_of):
        held_out = fold_of == fold
        coefficients = _coefficients(at_target[~held_out], normalisers, gap=COARSE_GAP)
        scores.append(np.log(np.maximum(at_target[held_out] @ coefficients, TINY)).mean())
    return float(np.mean(scores))
