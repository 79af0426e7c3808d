"""Logarithm of the maximum evidence (You et al., ICML 2021).

For each class k, a linear model y_k = F w + noise of the one-hot labels on the n x d features, with
prior w ~ N(0, I / alpha) and noise N(0, 1 / beta), has the log evidence

    L(alpha, beta) = log N(y | 0, F F' / alpha + I / beta)
      = d/2 log alpha + n/2 log beta - n/2 log 2 pi - beta/2 |F m - y|^2 - alpha/2 |m|^2
        - 1/2 log |A|,       A = alpha I + beta F'F,   m = beta A^-1 F'y .

LogME is max L / n, averaged over classes, in nats per sample; it has no upper bound. For a given
ratio r = alpha / beta the best beta is known, 1 / beta = v(r), and only

    L / n = -1/2 ( log(2 pi v) + 1 + 1/n sum_i log(1 + s_i^2 / r) ),
    v = 1/n ( |y|^2 - sum_i (u_i'y)^2 s_i^2 / (s_i^2 + r) )

is left, with the singular values s_i of F and its left singular vectors u_i. The authors iterate
MacKay's fixed point, which converges slowly where features are uninformative (r to infinity). Here
r is searched over 24 decades, then refined. As in their code there is no intercept.
"""

import math

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar
from torch import Tensor

from benchmarks.engine.methods.transferability.errors import ScoreError, features_of, labels_of

DECADES = 12.0  # searched on either side of the largest squared singular value
GRID = 97
LEAST_NOISE = 1e-12  # of the labels' mean square: an exact fit has unbounded evidence


def logme(features: ArrayLike | Tensor, labels: ArrayLike | Tensor, *, task: str) -> float:
    """Return LogME, in nats per sample, of (n, d) features and (n,) labels; higher is better."""
    f = features_of(features, "features", task=task, dimensions=2, dtype=torch.float64)
    found, label = labels_of(labels, "labels", task=task, shape=f.shape[:1])
    if len(f) <= f.shape[1]:
        raise ScoreError(
            task, f"features have {len(f)} samples for {f.shape[1]} channels: any labels fit"
        )
    left, singular, _ = torch.linalg.svd(f, full_matrices=False)
    parts = [
        _largest_evidence(singular.square(), left, (label == k).double()) for k in range(len(found))
    ]
    return sum(parts) / len(parts)


def _largest_evidence(squares: Tensor, left: Tensor, y: Tensor) -> float:
    """Return max over alpha and beta of L / n for one column of labels."""
    largest = max(float(squares[0]), torch.finfo(torch.float64).tiny)
    relative, along = squares / largest, (left.T @ y).square()  # (min(n, d),) each
    total = float(y.square().sum())

    def loss(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)
        left_over = total - float((along * relative / (relative + ratio)).sum())
        noise = max(left_over, LEAST_NOISE * total) / len(y)
        spread = float(torch.log1p(relative / ratio).sum()) / len(y)
        return (math.log(2 * math.pi * noise) + 1 + spread) / 2

    end = DECADES * math.log(10)
    grid = np.linspace(-end, end, GRID)
    losses = [loss(point) for point in grid]
    best = int(np.argmin(losses))
    bounds = grid[max(best - 1, 0)], grid[min(best + 1, GRID - 1)]
    refined = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-9})
    return -min(float(refined.fun), losses[best])
