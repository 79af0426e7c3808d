"""Least-squares estimates of a density ratio: uLSIF, and RuLSIF of the relative ratio.

uLSIF (Kanamori, Hido and Sugiyama 2009): w(x) = sum_l a_l k(x, c_l) minimises 1/2 a^T H a - h^T a +
lambda/2 ||a||^2, the squared distance to the ratio under p_source up to a constant, with H = mean_i
k(s_i) k(s_i)^T and h = mean_j k(t_j) (eq. 6). The minimiser (H + lambda I)^-1 h has its negative
entries set to 0 (eq. 8).

RuLSIF (Yamada, Suzuki, Kanamori, Hachiya and Sugiyama 2011): the same for r(x) = p_target(x) /
(alpha p_target(x) + (1 - alpha) p_source(x)), which is at most 1 / alpha, with H = alpha mean_j
k(t_j) k(t_j)^T + (1 - alpha) mean_i k(s_i) k(s_i)^T (eq. 7). ``alpha`` = 0 is uLSIF.

From the papers: Gaussian kernels, centres at 100 target samples, width and lambda by the held-out
objective 1/2 (alpha mean_j w(t_j)^2 + (1 - alpha) mean_i w(s_i)^2) - mean_j w(t_j). Ours: the
candidates of both, and that whole people are held out, none of whose samples is a centre. uLSIF's
closed form leaves out one pair of samples and keeps the other slices of their people.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import linalg

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
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)


def ulsif_weights(
    source: Array,
    target: Array,
    *,
    generator: np.random.Generator,
    widths: Sequence[float] | None = None,
    penalties: Sequence[float] = PENALTIES,
    people: PeopleOfBoth = NOBODY_KNOWN,
    alpha: float = 0.0,
) -> Array:
    """Return weights (n,) of mean 1 for ``source`` (n, d), towards ``target`` (m, d)."""
    ratio = fit_ulsif(
        source,
        target,
        generator=generator,
        widths=widths,
        penalties=penalties,
        people=people,
        alpha=alpha,
    )
    return mean_one(ratio(source))


def fit_ulsif(
    source: Array,
    target: Array,
    *,
    generator: np.random.Generator,
    widths: Sequence[float] | None = None,
    penalties: Sequence[float] = PENALTIES,
    people: PeopleOfBoth = NOBODY_KNOWN,
    alpha: float = 0.0,
    centres: int = CENTRES,
    folds: int = FOLDS,
) -> DensityRatio:
    """Return the (relative) ratio at the width and penalty of the lowest held-out objective.

    ``people`` are those of the samples, (n,) and (m,). Raises ValueError for fewer than two on a
    side, and unless 0 <= alpha < 1.
    """
    if not 0 <= alpha < 1:
        raise ValueError(f"alpha must be in [0, 1), got {alpha}")
    candidates = [
        float(w) for w in (width_candidates(source, target) if widths is None else widths)
    ]
    scores = np.zeros((len(candidates), len(penalties)))
    for split in splits_by_people(source, target, people, folds=folds, generator=generator):
        chosen = draw_centres(split.target, centres, generator)
        scores += [_scores(split, chosen, width, penalties, alpha) for width in candidates]
    best, mildest = np.unravel_index(int(np.argmin(scores)), scores.shape)
    width = candidates[int(best)]
    found = ulsif_at(
        source,
        target,
        draw_centres(target, centres, generator),
        width,
        penalties[int(mildest)],
        alpha=alpha,
    )
    return replace(found, edge=edge_of(width, candidates))


def ulsif_at(
    source: Array,
    target: Array,
    centres: Array,
    width: float,
    penalty: float,
    *,
    alpha: float = 0.0,
) -> DensityRatio:
    """Return the (relative) ratio for given centres (c, d), width and penalty."""
    at_source = gaussian_kernel(source, centres, width)
    at_target = gaussian_kernel(target, centres, width)
    moments = _moments(at_source, at_target, alpha) + penalty * np.eye(len(centres))
    solved = linalg.solve(moments, at_target.mean(axis=0), assume_a="pos")
    return DensityRatio(centres, np.maximum(solved, 0), width)


def held_out_objective(on_source: Array, on_target: Array, alpha: float) -> float:
    """Return J of the ratio's values at held-out samples (n,) and (m,); lower is better."""
    squares = alpha * np.square(on_target).mean() + (1 - alpha) * np.square(on_source).mean()
    return float(squares / 2 - on_target.mean())


def _moments(at_source: Array, at_target: Array, alpha: float) -> Array:
    """Return H, (centres, centres)."""
    of_source: Array = (1 - alpha) * (at_source.T @ at_source) / len(at_source)
    return of_source + alpha * (at_target.T @ at_target) / len(at_target)


def _scores(
    split: Split, centres: Array, width: float, penalties: Sequence[float], alpha: float
) -> list[float]:
    """Return the held-out objective of each penalty."""
    at_source = gaussian_kernel(split.source, centres, width)
    at_target = gaussian_kernel(split.target, centres, width)
    values, vectors = linalg.eigh(_moments(at_source, at_target, alpha))
    turned = vectors.T @ at_target.mean(axis=0)
    held_source = gaussian_kernel(split.held_source, centres, width)
    held_target = gaussian_kernel(split.held_target, centres, width)
    found = []
    for penalty in penalties:
        coefficients = np.maximum(vectors @ (turned / (values + penalty)), 0)
        found.append(
            held_out_objective(held_source @ coefficients, held_target @ coefficients, alpha)
        )
    return found
