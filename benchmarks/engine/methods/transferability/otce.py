"""OTCE: conditional entropy of labels paired by optimal transport (Tan et al., CVPR 2021).

With features v_s (n, d), v_t (m, d) of source and target pixels from the source model, their labels
y_s (n,), y_t (m,) and uniform weights, eq. 4 to 6 of Li et al.:

    pi* = argmin_pi  sum_ij |v_s^i - v_t^j|^2 pi_ij - epsilon H(pi),   epsilon = 0.1,        (4)
    P(y_s, y_t) = sum of pi*_ij over pixels with these labels,                               (5)
    OTCE = -H(Y_t | Y_s) = sum P(y_s, y_t) log( P(y_s, y_t) / P(y_s) )  <=  0,  in nats.     (6)

The paper prints + epsilon H(pi) in (4). With H = -sum pi log pi that sign would reward sparse
couplings: the objective would be concave and minimal at a vertex of the polytope, which is no
entropic transport. The solver that the score's authors use (POT's Sinkhorn) minimises with -
epsilon H(pi), which is strictly convex with one solution. This module does the same.

Costs are squared distances, not divided by their maximum: epsilon is in squared units of the
features. Equal points are merged first. Few points are then solved by `newton`, with the coupling
in memory, others by `sinkhorn`: two channels (the paper's logits) with the sums of `plane`, more
channels with those of `streaming`.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from benchmarks.engine.methods.transferability import newton, sinkhorn
from benchmarks.engine.methods.transferability.binning import Binned, binned, merged
from benchmarks.engine.methods.transferability.errors import ScoreError, features_of, labels_of
from benchmarks.engine.methods.transferability.nce import negative_conditional_entropy
from benchmarks.engine.methods.transferability.plane import PlaneKernel
from benchmarks.engine.methods.transferability.sinkhorn import NotConvergedError, Potentials
from benchmarks.engine.methods.transferability.streaming import StreamingKernel

EPSILON = 0.1
WIDEST = 1e12
"""Largest squared distance over epsilon: beyond it grids overflow and no solver converges."""
TOLERANCE = 1e-6
MAX_ITERATIONS = 2000
EXACT_POINTS = 40_000  # per side; more are binned in the plane

MOST_PAIRS = 1 << 22  # for which the coupling is kept in memory: 32 MiB
START_POINTS = 2000  # per side, in the plane
START_TOLERANCE = 1e-7
START_STEPS = 60

Path = Literal["newton", "plane", "streaming"]


@dataclass(frozen=True)
class Otce:
    """The score with its joint distribution, transport cost and solver's state."""

    score: float  # -H(Y_t | Y_s), nats
    transport_cost: float  # <pi*, C>, squared units of the features
    joint: Tensor  # (source classes, target classes): P(y_s, y_t)
    source_classes: tuple[int, ...]
    target_classes: tuple[int, ...]
    marginal_error: float  # misplaced mass
    iterations: int  # at the final epsilon
    bin_side: float  # 0: no points were binned
    path: Path


def otce(
    source_features: ArrayLike | Tensor,
    source_labels: ArrayLike | Tensor,
    target_features: ArrayLike | Tensor,
    target_labels: ArrayLike | Tensor,
    *,
    task: str,
    epsilon: float = EPSILON,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
    path: Path | None = None,
    exact_points: int = EXACT_POINTS,
) -> Otce:
    """Return OTCE of (n, d) source and (m, d) target features with integer labels (n,), (m,).

    With ``path`` None, `newton` solves at most ``MOST_PAIRS`` pairs of distinct points; beyond that
    `plane` is used for two channels, else `streaming`. In the plane, more than ``exact_points``
    distinct points per side are binned (see `binning`); the other paths use every point.
    """
    x = features_of(
        source_features, "source features", task=task, dimensions=2, dtype=torch.float64
    )
    y = features_of(
        target_features, "target features", task=task, dimensions=2, dtype=torch.float64
    )
    _check(x, y, task=task, epsilon=epsilon, path=path)
    classes_s, label_s = labels_of(
        source_labels, "source labels", task=task, shape=x.shape[:1], classes=1
    )
    classes_t, label_t = labels_of(target_labels, "target labels", task=task, shape=y.shape[:1])
    source, target = merged(x, label_s, len(classes_s)), merged(y, label_t, len(classes_t))
    path = path or _path(source, target)
    if path == "plane":
        source = binned(source, exact_points, epsilon=epsilon)
        target = binned(target, exact_points, epsilon=epsilon)
    try:
        kernel, found = _transport(
            source, target, path=path, epsilon=epsilon, tolerance=tolerance, most=max_iterations
        )
    except NotConvergedError as unfinished:
        raise ScoreError(
            task, f"transport has {unfinished}; allow a larger tolerance or more iterations"
        ) from unfinished
    joint, cost = _joint_and_cost(kernel, found, source, target)
    return Otce(
        score=negative_conditional_entropy(joint),
        transport_cost=cost,
        joint=joint,
        source_classes=tuple(classes_s.tolist()),
        target_classes=tuple(classes_t.tolist()),
        marginal_error=found.error,
        iterations=found.iterations,
        bin_side=max(source.side, target.side),
        path=path,
    )


def _joint_and_cost(
    kernel: PlaneKernel | StreamingKernel, found: Potentials, source: Binned, target: Binned
) -> tuple[Tensor, float]:
    """Return P(y_s, y_t) (eq. 5) and <pi*, C> without the whole coupling in memory."""
    a, b, classes = source.masses.sum(1), target.masses.sum(1), target.masses.shape[1]
    # (m, target classes + d + 1): averaged by each row of the coupling
    squares = target.points.square().sum(1)
    wanted = torch.cat([target.masses / b[:, None], target.points, squares[:, None]], 1)
    means = kernel.row_means(found.g, wanted)
    cost = a @ source.points.square().sum(1) + a @ means[:, -1]
    cost -= 2 * a @ (source.points * means[:, classes:-1]).sum(1)
    return source.masses.T @ means[:, :classes], float(cost)


def _path(source: Binned, target: Binned) -> Path:
    if len(source.points) * len(target.points) <= MOST_PAIRS:
        return "newton"
    return "plane" if source.points.shape[1] == 2 else "streaming"


def _check(x: Tensor, y: Tensor, *, task: str, epsilon: float, path: Path | None) -> None:
    if x.shape[1] != y.shape[1]:
        raise ScoreError(
            task, f"source features have {x.shape[1]} channels, target features {y.shape[1]}"
        )
    if path == "plane" and x.shape[1] != 2:
        raise ScoreError(task, f"path plane is for two channels, the features have {x.shape[1]}")
    if not epsilon > 0:
        raise ScoreError(task, f"epsilon must be > 0, got {epsilon}")
    widest = _largest_cost(x, y)
    if widest > WIDEST * epsilon:
        raise ScoreError(
            task,
            f"squared distances of features reach {widest:.0e}, which is more than {WIDEST:.0e} "
            f"times epsilon {epsilon}: rescale the features",
        )


def _transport(
    source: Binned, target: Binned, *, path: Path, epsilon: float, tolerance: float, most: int
) -> tuple[PlaneKernel | StreamingKernel, Potentials]:
    """Return the kernel and the potentials of the coupling between weighted points."""
    x, y, a, b = source.points, target.points, source.masses.sum(1), target.masses.sum(1)
    solve = newton.solve if path == "newton" else sinkhorn.solve
    if path != "plane":
        return solve(
            lambda at: StreamingKernel(x, y, a.log(), b.log(), epsilon=at),
            a=a,
            b=b,
            epsilon=epsilon,
            largest_cost=_largest_cost(x, y),
            tolerance=tolerance,
            max_iterations=most,
        )
    return sinkhorn.solve(
        lambda at: PlaneKernel(x, y, a.log(), b.log(), epsilon=at),
        a=a,
        b=b,
        epsilon=epsilon,
        largest_cost=_largest_cost(x, y),
        tolerance=tolerance,
        max_iterations=most,
        start=_start(source, target, epsilon=epsilon),
    )


def _start(source: Binned, target: Binned, *, epsilon: float) -> tuple[Tensor, Tensor]:
    """Return potentials of all points from the coupling of a few cells (multiscale: Schmitzer).

    Clusters keep their masses in the cells. So the part on which half-steps are slowest, moving
    mass between clusters, is already solved; only differences within cells are left.
    """
    few, others = (binned(side, START_POINTS, epsilon=epsilon) for side in (source, target))
    x, y, a, b = few.points, others.points, few.masses.sum(1), others.masses.sum(1)
    _, found = newton.approach(
        lambda at: StreamingKernel(x, y, a.log(), b.log(), epsilon=at),
        a=a,
        b=b,
        epsilon=epsilon,
        largest_cost=_largest_cost(x, y),
        tolerance=START_TOLERANCE,
        max_iterations=START_STEPS,
    )
    log_a, log_b = source.masses.sum(1).log(), target.masses.sum(1).log()
    to_target = StreamingKernel(x, target.points, a.log(), log_b, epsilon=epsilon)
    to_source = StreamingKernel(source.points, y, log_a, b.log(), epsilon=epsilon)
    return -to_source.rows(found.g), -to_target.columns(found.f)


def _largest_cost(x: Tensor, y: Tensor) -> float:
    """Return the squared diagonal of the box that holds all points."""
    low = torch.minimum(x.amin(0), y.amin(0))
    high = torch.maximum(x.amax(0), y.amax(0))
    return float((high - low).square().sum())
