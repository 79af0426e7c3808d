"""OTCE against POT, its two paths against each other, convergence and refusals."""

import math
import warnings

import numpy as np
import ot
import pytest
import torch

from benchmarks.engine.methods.transferability.errors import ScoreError
from benchmarks.engine.methods.transferability.nce import negative_conditional_entropy
from benchmarks.engine.methods.transferability.otce import otce
from benchmarks.engine.methods.transferability.plane import PlaneKernel
from benchmarks.engine.methods.transferability.streaming import StreamingKernel
from tests.engine.methods.transferability.data import logits


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def pot(x, ys, y, yt, *, epsilon):
    """POT's coupling, its score and cost; double precision, until its columns are right."""
    costs = ot.dist(x, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it warns where it has not converged
        plan = ot.sinkhorn(
            [], [], costs, epsilon, method="sinkhorn_log", numItermax=20_000, stopThr=1e-11
        )
    joint = np.array([[plan[np.ix_(ys == s, yt == t)].sum() for t in (0, 1)] for s in (0, 1)])
    return negative_conditional_entropy(torch.from_numpy(joint)), (plan * costs).sum(), joint


@pytest.mark.parametrize("path", ["newton", "plane", "streaming"])
def test_equals_pot_on_two_logits(path):
    (x, ys), (y, yt) = logits(200, seed=0), logits(250, seed=1, shift=(0.3, 0.1), foreground=0.2)
    score, cost, joint = pot(x, ys, y, yt, epsilon=0.5)
    ours = otce(x, ys, y, yt, task="t", epsilon=0.5, tolerance=1e-9, path=path)
    # Polynomials are good to 4e-7 of a term; marginals here are right to 1e-9.
    assert ours.score == pytest.approx(score, abs=1e-7)
    assert ours.transport_cost == pytest.approx(cost, abs=1e-6)
    np.testing.assert_allclose(ours.joint, joint, atol=1e-7)
    assert ours.marginal_error <= 1e-9


def test_equals_pot_at_the_papers_epsilon():
    (x, ys), (y, yt) = logits(200, seed=2, spread=0.5), logits(200, seed=3, spread=0.5)
    score, cost, _ = pot(x, ys, y, yt, epsilon=0.1)
    ours = otce(x, ys, y, yt, task="t", tolerance=1e-9, path="plane")
    assert ours.score == pytest.approx(score, abs=1e-6)
    assert ours.transport_cost == pytest.approx(cost, abs=1e-5)


@pytest.mark.parametrize("path", ["newton", "streaming"])
def test_equals_pot_in_more_dimensions(path):
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(150, 6)), rng.normal(size=(180, 6)) + 0.2
    ys, yt = (x[:, 0] > 0.5).astype(int), (y[:, 0] > 0.5).astype(int)
    score, cost, _ = pot(x, ys, y, yt, epsilon=1.0)
    ours = otce(x, ys, y, yt, task="t", epsilon=1.0, tolerance=1e-9, path=path)
    assert ours.path == path
    assert ours.score == pytest.approx(score, abs=1e-8)
    assert ours.transport_cost == pytest.approx(cost, abs=1e-7)


@pytest.mark.parametrize("steep", [0.0, 300.0])
def test_plane_sums_are_the_plain_sums_however_steep_the_potentials(steep):
    x, y = (torch.from_numpy(logits(n, seed=n, spread=2.0)[0]) for n in (400, 300))
    weights = [torch.full((n,), -math.log(n), dtype=torch.float64) for n in (400, 300)]
    exact = StreamingKernel(x, y, *weights, epsilon=0.1)
    fast = PlaneKernel(x, y, *weights, epsilon=0.1)
    g = steep * torch.sin(y[:, 0])
    f = -exact.rows(g)
    g = -exact.columns(f)
    fast.refresh(f, g)
    # exp(-20) of what is left out and 4e-7 of a polynomial.
    torch.testing.assert_close(fast.rows(g), exact.rows(g), atol=1e-6, rtol=0)
    torch.testing.assert_close(fast.columns(f), exact.columns(f), atol=1e-6, rtol=0)


def test_far_apart_clusters_do_not_underflow():
    (x, ys), (y, yt) = logits(300, seed=5), logits(300, seed=6, shift=(40.0, -40.0))
    assert np.exp(-ot.dist(x, y) / 0.1).max() == 0  # what a kernel outside the log domain sees
    ours = otce(x, ys, y, yt, task="t", path="plane", tolerance=1e-4)
    assert math.isfinite(ours.score)
    assert ours.transport_cost == pytest.approx(3200, rel=0.1)


def test_same_domain_and_labels_score_better_than_shuffled_labels():
    (x, ys), (y, yt) = logits(400, seed=7), logits(400, seed=8)
    shuffled = np.random.default_rng(0).permutation(yt)
    alike = otce(x, ys, y, yt, task="t", tolerance=1e-4).score
    unrelated = otce(x, ys, y, shuffled, task="t", tolerance=1e-4).score
    entropy = sum(p * math.log(p) for p in (yt.mean(), 1 - yt.mean()))
    assert alike > unrelated
    assert unrelated >= entropy - 1e-6


def test_equal_points_count_once_with_their_weight():
    (x, ys), (y, yt) = logits(60, seed=15, spread=0.5), logits(50, seed=16, spread=0.5)
    once = otce(x, ys, y, yt, task="t", tolerance=1e-9)
    often = [
        np.repeat(part, times, 0) for part, times in ((x, 200), (ys, 200), (y, 300), (yt, 300))
    ]
    many = otce(*often, task="t", tolerance=1e-9)
    assert many.path == "newton"  # 12000 x 15000 points, but 60 x 50 different ones
    assert many.score == pytest.approx(once.score, abs=1e-8)


def test_near_discrete_features_of_unequal_mass_converge():
    rng = np.random.default_rng(17)
    ys, yt = (rng.random(3000) < 0.05).astype(int), (rng.random(2500) < 0.051).astype(int)
    corners = np.array([[6.0, -6.0], [-3.0, 3.0]])
    x = np.round(corners[ys] + rng.normal(0, 0.02, (3000, 2)), 2)
    y = np.round(corners[yt] + rng.normal(0, 0.02, (2500, 2)), 2)
    found = otce(x, ys, y, yt, task="t")
    assert found.marginal_error <= 1e-6
    # Between clusters passes only what one has more of than the other: the joint table is known.
    assert found.joint[1, 1] == pytest.approx(min(ys.mean(), yt.mean()), abs=1e-5)


def test_path_follows_the_number_of_different_points_and_channels(monkeypatch):
    monkeypatch.setattr("benchmarks.engine.methods.transferability.otce.MOST_PAIRS", 100)
    (x, ys), (y, yt) = logits(60, seed=18, spread=0.5), logits(50, seed=19, spread=0.5)
    wide_x, wide_y = np.hstack([x, x[:, :1]]), np.hstack([y, y[:, :1]])

    def path(*arrays):
        return otce(*arrays, task="t", epsilon=1.0, tolerance=1e-3).path

    assert path(x[:10], ys[:10], y[:10], np.arange(10) % 2) == "newton"
    assert path(x, ys, y, yt) == "plane"
    assert path(wide_x, ys, wide_y, yt) == "streaming"


def test_binning_keeps_label_frequencies_and_nearly_the_score():
    (x, ys), (y, yt) = logits(4000, seed=9, spread=0.5), logits(4000, seed=10, spread=0.5)
    exact = otce(x, ys, y, yt, task="t", tolerance=1e-5)
    fewer = otce(x, ys, y, yt, task="t", tolerance=1e-5, path="plane", exact_points=1500)
    assert fewer.bin_side > 0 == exact.bin_side
    np.testing.assert_allclose(fewer.joint.sum(0), [1 - yt.mean(), yt.mean()], atol=1e-5)
    assert fewer.score == pytest.approx(exact.score, abs=2e-4)


def test_ends_by_marginal_error_and_says_when_it_cannot():
    (x, ys), (y, yt) = logits(100, seed=11), logits(100, seed=12)
    with pytest.raises(ScoreError, match=r"ET-22-T2: transport has marginal error .* after 1"):
        otce(x, ys, y, yt, task="ET-22-T2", max_iterations=1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"target_features": np.full((50, 2), np.nan)}, "target features holds 100 NaN"),
        ({"target_labels": np.zeros(50, int)}, "target labels holds only class"),
        ({"source_labels": np.zeros(49, int)}, "source labels has shape"),
        (
            {"target_features": np.zeros((50, 3))},
            "source features have 2 channels, target features 3",
        ),
        ({"epsilon": 0.0}, "epsilon must be > 0"),
    ],
)
def test_bad_input_names_the_task(change, reason):
    (x, ys), (y, yt) = logits(50, seed=13), logits(50, seed=14)
    arguments = {
        "source_features": x, "source_labels": ys, "target_features": y, "target_labels": yt,
    } | change  # fmt: skip
    with pytest.raises(ScoreError, match=f"ED-13-T1: {reason}"):
        otce(**arguments, task="ED-13-T1")


def test_distances_beyond_any_epsilon_are_refused():
    points = torch.tensor([[0.0, 0.0], [1e9, 0.0]])
    labels = torch.tensor([0, 1])
    with pytest.raises(ScoreError, match="times epsilon"):
        otce(points, labels, points, labels, task="t")
