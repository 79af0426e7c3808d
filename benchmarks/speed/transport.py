"""OTCE against POT's log-domain Sinkhorn, on features similar to the paper's."""

import time
import warnings
from dataclasses import dataclass

import ot  # type: ignore[import-untyped]
import torch
from torch import Tensor

from benchmarks.engine.methods.transferability.nce import negative_conditional_entropy
from benchmarks.engine.methods.transferability.newton import solve
from benchmarks.engine.methods.transferability.otce import (
    EPSILON,
    MAX_ITERATIONS,
    TOLERANCE,
    Otce,
    otce,
)
from benchmarks.engine.methods.transferability.plane import PlaneKernel
from benchmarks.engine.methods.transferability.streaming import StreamingKernel
from benchmarks.speed.alone import Alone, measured_alone
from benchmarks.speed.report import progress

POT_ITERATIONS = 20  # its time at the large size is scaled from these
POT_THRESHOLD = 1e-9  # Euclidean norm of the columns' error
WIDE_EPSILON = 4.0  # for 16 channels of variance 1, whose squared distances are near 32
START_TOLERANCE = 1e-9

Arrays = tuple[Tensor, Tensor, Tensor, Tensor]


@dataclass(frozen=True)
class PlaneTimes:
    """Seconds at one size in the plane; POT's iterations equal those of plain half-steps."""

    ours: float
    theirs: float
    iterations: int
    plain_iterations: int
    is_lower_bound: bool  # plain half-steps were stopped early: POT needs at least as many


@dataclass(frozen=True)
class PotScore:
    """OTCE of POT's coupling, and the coupling's error in our measure, the misplaced mass."""

    score: float
    error: float


def two_logits(points: int, seed: int, *, foreground: float, shift: float) -> tuple[Tensor, Tensor]:
    """Return features (points, 2), like a binary segmentation network's logits, and labels.

    The logits are anticorrelated: their difference is wide (clusters at -12 for the background and
    6 for the region, spreads 3 and 5), their sum is not (spread 0.8).
    """
    generator = torch.Generator().manual_seed(seed)
    labels = (torch.rand(points, generator=generator) < foreground).long()
    noise = torch.randn(points, 2, generator=generator, dtype=torch.float64)
    centres = torch.tensor([-6.0, 3.0], dtype=torch.float64)[labels] + shift
    half = centres + torch.tensor([1.5, 2.5], dtype=torch.float64)[labels] * noise[:, 0]
    common = 0.4 * noise[:, 1]
    return torch.stack([common - half, common + half], 1), labels


def plane_arrays(points: int) -> Arrays:
    """Return features and labels of source and target, in the order of `otce`'s arguments."""
    source = two_logits(points, 0, foreground=0.05, shift=0.0)
    return (*source, *two_logits(points, 1, foreground=0.08, shift=1.0))


def wide_arrays(points: int, channels: int) -> Arrays:
    """Return Gaussian features (points, channels) of two classes and labels, for two domains."""
    generator = torch.Generator().manual_seed(0)
    sides = []
    for shift in (0.0, 0.3):
        labels = (torch.rand(points, generator=generator) < 0.2).long()
        noise = torch.randn(points, channels, generator=generator, dtype=torch.float64)
        sides += [noise + labels[:, None] + shift, labels]
    return sides[0], sides[1], sides[2], sides[3]


def plane_times(points: int, most_iterations: int) -> PlaneTimes:
    """Return our seconds and POT's for the score in the plane at our tolerance."""
    arrays = plane_arrays(points)
    started = time.perf_counter()
    ours = otce(*arrays, task="bench", exact_points=points)
    seconds = time.perf_counter() - started
    progress(f"  plane, {points} points a side: {seconds:.1f} s, {ours.iterations} iterations")
    plain = plain_iterations(arrays, most_iterations)
    progress(
        f"  plain half-steps: {plain} iterations{' at least' if plain > most_iterations else ''}"
    )
    theirs = measured_alone(pot_inputs, pot_some, points)
    progress(f"  POT: {theirs.found:.2f} s an iteration")
    return PlaneTimes(
        ours=seconds,
        theirs=theirs.found * plain,
        iterations=ours.iterations,
        plain_iterations=plain,
        is_lower_bound=plain > most_iterations,
    )


def plain_iterations(arrays: Arrays, most: int) -> int:
    """Return the number of plain Sinkhorn iterations, from zero, to our tolerance.

    They are POT's, half-step by half-step. Returns ``most`` + 1 where that many do not suffice.
    """
    x, _, y, _ = arrays
    a = torch.full((len(x),), 1 / len(x), dtype=torch.float64)
    b = torch.full((len(y),), 1 / len(y), dtype=torch.float64)
    kernel = PlaneKernel(x, y, a.log(), b.log(), epsilon=EPSILON)
    f, g = torch.zeros_like(a), torch.zeros_like(b)
    for iteration in range(most + 1):
        kernel.refresh(f, g)
        settled = -kernel.rows(g)
        if iteration and float((a * torch.expm1(f - settled)).abs().sum()) <= TOLERANCE:
            return iteration
        f = settled
        kernel.refresh(f, g)
        g = -kernel.columns(f)
    return most + 1


def pot_inputs(points: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return POT's weights and costs (points, points)."""
    x, _, y, _ = plane_arrays(points)
    weights = torch.full((points,), 1 / points, dtype=torch.float64)
    return weights, weights, torch.cdist(x, y).square_()


def pot_some(a: Tensor, b: Tensor, costs: Tensor) -> float:
    """Return the seconds of one POT iteration."""
    started = time.perf_counter()
    ot.bregman.sinkhorn_log(a, b, costs, EPSILON, numItermax=POT_ITERATIONS, stopThr=0, warn=False)
    return (time.perf_counter() - started) / POT_ITERATIONS


def plane_difference(points: int) -> float:
    """Return our score's difference from POT's, whose iterations start at our solution.

    The coupling with these marginals and of this form is unique: POT's half-steps reach the same
    result from any start. They start from Newton's potentials, so that the plane's polynomials do
    not affect the comparison.
    """
    ours = otce(*plane_arrays(points), task="bench", exact_points=points)
    theirs = measured_alone(pot_start, pot_score, points)
    progress(f"  score at {points} points a side: {ours.score:.8f}, POT {theirs.found:.8f}")
    return abs(ours.score - theirs.found)


def pot_start(points: int) -> tuple[Arrays, tuple[Tensor, Tensor]]:
    """Return the arrays and log-potentials near the solution."""
    arrays = plane_arrays(points)
    x, _, y, _ = arrays
    a, b, costs = pot_inputs(points)
    _, found = solve(
        lambda epsilon: StreamingKernel(x, y, a.log(), b.log(), epsilon=epsilon),
        a=a,
        b=b,
        epsilon=EPSILON,
        largest_cost=float(costs.max()),
        tolerance=START_TOLERANCE,
        max_iterations=MAX_ITERATIONS,
    )
    return arrays, (found.f + a.log(), found.g + b.log())  # POT's potentials include the weights


def pot_score(arrays: Arrays, start: tuple[Tensor, Tensor]) -> float:
    """Return OTCE of POT's coupling, in nats."""
    _, source, _, target = arrays
    a, b, costs = pot_inputs(len(source))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # POT warns where it has not converged
        coupling = ot.bregman.sinkhorn_log(
            a, b, costs, EPSILON, warmstart=start, stopThr=POT_THRESHOLD
        )
    return negative_conditional_entropy(joint_labels(coupling, source, target))


def joint_labels(coupling: Tensor, source: Tensor, target: Tensor) -> Tensor:
    """Return the mass between classes (2, 2) of a coupling (n, m) of points with labels."""
    members = [torch.nn.functional.one_hot(labels, 2).double() for labels in (source, target)]
    return members[0].T @ coupling @ members[1]


def many_points(points: int) -> Alone:
    """Return our score of ``points`` points per side in the plane, in a process of its own."""
    return measured_alone(plane_arrays, _ours, points)


def _ours(*arrays: Tensor) -> Otce:
    return otce(*arrays, task="bench")


def streamed(points: int, channels: int) -> tuple[Alone, Alone]:
    """Return our and POT's runs on features of any dimension, ours to the error POT reached."""
    theirs = measured_alone(wide_arrays, pot_wide, points, channels)
    progress(f"  POT, {channels} channels: {theirs.seconds:.1f} s, error {theirs.found.error:.1e}")
    ours = measured_alone(wide_with_tolerance, ours_wide, points, channels, theirs.found.error)
    progress(f"  ours: {ours.seconds:.1f} s")
    return ours, theirs


def wide_with_tolerance(points: int, channels: int, error: float) -> tuple[Arrays, float]:
    """Return the arrays and the error to reach."""
    return wide_arrays(points, channels), error


def ours_wide(arrays: Arrays, tolerance: float) -> Otce:
    """Return our score by streaming."""
    return otce(*arrays, task="bench", path="streaming", epsilon=WIDE_EPSILON, tolerance=tolerance)


def pot_wide(x: Tensor, source: Tensor, y: Tensor, target: Tensor) -> PotScore:
    """Return POT's score from scratch."""
    a, b = (torch.full((len(z),), 1 / len(z), dtype=torch.float64) for z in (x, y))
    coupling = ot.bregman.sinkhorn_log(
        a, b, torch.cdist(x, y).square_(), WIDE_EPSILON, numItermax=10_000, stopThr=POT_THRESHOLD
    )
    error = (coupling.sum(0) - b).abs().sum() + (coupling.sum(1) - a).abs().sum()
    score = negative_conditional_entropy(joint_labels(coupling, source, target))
    return PotScore(score, float(error))
