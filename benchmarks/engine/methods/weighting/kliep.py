"""Kullback-Leibler importance estimation (KLIEP): Sugiyama et al. 2008.

w(x) = sum_l a_l k(x, c_l) maximises the target's mean log w(t_j), which is minus the divergence
KL(p_target || w p_source) up to a constant, subject to mean_i w(s_i) = 1 and a_l >= 0 (eq. 9 and
10). With b_l = mean_i k(s_i, c_l), the b_l a_l are shares of a mixture of the components k(., c_l)
/ b_l; the paper uses projected gradients, this module the updates of ``mixture``: the problem is
convex and the optimum the same.

From the paper: Gaussian kernels, centres at 100 target samples, the width by likelihood
cross-validation over 5 folds of the target. Ours: the candidate widths, and what is held out. Folds
are whole people of both domains. A fold's centres and normalisers are of the other folds, and its
score is mean_j log w(t_j) - log mean_i w(s_i), both over held-out samples. With the paper's score,
the narrowest width always wins here: a held-out sample that is a centre itself has a kernel of 1 on
it however narrow the width, and between the source samples that its normaliser sees, w is
unbounded.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.engine.methods.weighting.mixture import GAP, likelihood_shares
from benchmarks.engine.methods.weighting.people import (
    NOBODY_KNOWN,
    PeopleOfBoth,
    Split,
    splits_by_people,
)
from benchmarks.engine.methods.weighting.ratio import (
    Array,
    DensityRatio,
    draw_centres,
    edge_of,
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
    people: PeopleOfBoth = NOBODY_KNOWN,
) -> Array:
    """Return weights (n,) of mean 1 for ``source`` (n, d), towards ``target`` (m, d)."""
    ratio = fit_kliep(source, target, generator=generator, widths=widths, people=people)
    return mean_one(ratio(source))


def fit_kliep(
    source: Array,
    target: Array,
    *,
    generator: np.random.Generator,
    widths: Sequence[float] | None = None,
    people: PeopleOfBoth = NOBODY_KNOWN,
    centres: int = CENTRES,
    folds: int = FOLDS,
) -> DensityRatio:
    """Return the ratio at the width of the highest held-out score.

    ``people`` are those of the samples, (n,) and (m,). Raises ValueError for fewer than two on a
    side.
    """
    candidates = [
        float(w) for w in (width_candidates(source, target) if widths is None else widths)
    ]
    splits = splits_by_people(source, target, people, folds=folds, generator=generator)
    scores = np.mean([_scores(split, candidates, centres, generator) for split in splits], axis=0)
    width = candidates[int(np.argmax(scores))]
    found = kliep_at(source, target, draw_centres(target, centres, generator), width)
    return replace(found, edge=edge_of(width, candidates))


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


def _scores(
    split: Split, widths: Sequence[float], count: int, generator: np.random.Generator
) -> list[float]:
    """Return the held-out score of each width; -inf where w is 0 on a held-out sample.

    -inf too where no source sample is near a centre.
    """
    centres = draw_centres(split.target, count, generator)
    scores = []
    for width in widths:
        normalisers = gaussian_kernel(split.source, centres, width).mean(axis=0)
        if (normalisers <= TINY).any():
            scores.append(float("-inf"))
            continue
        at_target = gaussian_kernel(split.target, centres, width)
        ratio = DensityRatio(centres, _coefficients(at_target, normalisers, gap=COARSE_GAP), width)
        on_target = np.maximum(ratio(split.held_target), TINY)
        on_source = max(float(ratio(split.held_source).mean()), TINY)
        scores.append(float(np.log(on_target).mean() - np.log(on_source)))
    return scores
