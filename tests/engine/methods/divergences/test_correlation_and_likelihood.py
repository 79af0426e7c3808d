"""Canonical correlation, average likelihood and joint transport, each against a closed form."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from benchmarks.engine.methods.divergences.average_likelihood import (
    RIDGE,
    average_log_likelihood,
    likelihood_gap,
)
from benchmarks.engine.methods.divergences.canonical_correlation import (
    canonical_correlations,
    class_correlation,
)
from benchmarks.engine.methods.divergences.joint_transport import joint_transport, label_losses


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def paired(count):
    return torch.eye(count, dtype=torch.float64) / count


def test_canonical_correlations_are_the_cosines_of_the_angles_between_the_features():
    """Bjoerck and Golub 1973: singular values of Q_x' Q_y of the centred features."""
    first = random(40, 3)
    second = first @ random(3, 3, seed=1) + random(40, 3, seed=2)
    bases = [np.linalg.qr((x - x.mean(dim=0)).numpy())[0] for x in (first, second)]
    wanted = np.linalg.svd(bases[0].T @ bases[1], compute_uv=False)
    found = canonical_correlations(first, second, paired(40), ridge=0.0)
    assert found.numpy() == pytest.approx(wanted, abs=1e-10)


def test_linear_maps_leave_canonical_correlations_alone():
    first, second = random(30, 2), random(30, 2, seed=1)
    before = canonical_correlations(first, second, paired(30), ridge=0.0)
    moved = first @ random(2, 2, seed=2) + 5
    torch.testing.assert_close(
        canonical_correlations(moved, -3 * second, paired(30), ridge=0.0), before
    )


def test_pairs_by_class_correlate_by_what_the_class_explains():
    """rho = eta_s eta_t: eta^2 is the share of variance that lies between the class means.

    Values -2, 0 and 0, 2 have means -1 and 1 and a variance of 2: eta^2 = 1/2. Values of 3 and 5
    alone are their class: eta = 1. The ridge takes one part in a thousand.
    """
    source, classes = torch.tensor([[-2.0], [0.0], [0.0], [2.0]]), torch.tensor([0, 0, 1, 1])
    target, others = torch.tensor([[3.0], [5.0]]), torch.tensor([0, 1])
    found = class_correlation(source, target, classes, others)
    assert found.item() == pytest.approx(math.sqrt(0.5), rel=2e-3)


def test_without_a_common_class_there_is_no_correlation_and_a_finite_gradient():
    source = random(4, 2).float().requires_grad_()
    found = class_correlation(source, random(4, 2).float(), torch.zeros(4), torch.ones(4))
    found.backward()
    assert found.item() == 0
    assert source.grad.isfinite().all()


def test_the_gradient_of_the_correlation_is_that_of_differences():
    source, target = random(6, 2).requires_grad_(), random(6, 2, seed=1)
    classes = torch.tensor([0, 1, 0, 1, 0, 1])
    assert torch.autograd.gradcheck(
        lambda x: class_correlation(x, target, classes, classes), source
    )


def whitened(count, seed):
    """Return features (count, 2) of mean 0 and an unbiased covariance of exactly I."""
    centred = random(count, 2, seed=seed)
    centred = centred - centred.mean(dim=0)
    factor = torch.linalg.cholesky(torch.cov(centred.T))
    return torch.linalg.solve_triangular(factor, centred.T, upper=False).T


def test_equal_features_lose_no_likelihood():
    features = random(20, 3)
    assert likelihood_gap(features, features.flip(0)).item() == pytest.approx(0, abs=1e-12)


def test_a_shift_loses_the_square_of_its_length():
    """Covariance I + ridge on both sides: each way m^2 / (2 (1 + ridge))."""
    features, shift = whitened(50, 0), torch.tensor([3.0, 4.0], dtype=torch.float64)
    found = likelihood_gap(features, features + shift)
    assert found.item() == pytest.approx(25 / (1 + RIDGE), rel=1e-9)


def test_a_change_of_scale_loses_what_the_divergence_both_ways_says():
    """Of variances v and w per channel, d / 2 (v / w + w / v - 2), with n - 1 of n shares."""
    features = whitened(50, 0)
    v, w = 1 + RIDGE, 9 + RIDGE
    shares = 49 / 50 * (1 / w + 9 / v - 1 / v - 9 / w)
    assert likelihood_gap(features, 3 * features).item() == pytest.approx(shares, rel=1e-9)


def test_the_average_likelihood_of_one_number():
    """log N(2; 0, 4) = -1/2 - log 2 - log(2 pi) / 2."""
    found = average_log_likelihood(torch.tensor([[2.0]]), torch.zeros(1), torch.tensor([[4.0]]))
    assert found.item() == pytest.approx(-0.5 - math.log(2) - math.log(2 * math.pi) / 2)


def test_joint_transport_is_the_cheapest_of_all_assignments():
    source, target = random(5, 3), random(5, 3, seed=1)
    labels, outputs = torch.tensor([0, 1, 1, 0, 1]), random(5, 2, seed=2)
    costs = torch.empty(5, 5, dtype=torch.float64)
    for i, j in itertools.product(range(5), repeat=2):
        loss = functional.cross_entropy(outputs[j : j + 1], labels[i : i + 1])
        costs[i, j] = (source[i] - target[j]).square().mean() + 0.7 * loss
    cheapest = min(
        sum(costs[i, j] for i, j in enumerate(columns)) / 5
        for columns in itertools.permutations(range(5))
    )
    found = joint_transport(source, target, labels, outputs, label_weight=0.7)
    assert found.item() == pytest.approx(cheapest.item(), rel=1e-10)


def test_labels_decide_between_features_that_are_alike():
    """Both targets are equally far from both sources; who is called 1 goes to who is labelled 1."""
    same = torch.zeros(2, 3)
    outputs = torch.tensor([[9.0, -9.0], [-9.0, 9.0]])
    right = joint_transport(same, same, torch.tensor([0, 1]), outputs, label_weight=1.0)
    swapped = joint_transport(same, same, torch.tensor([1, 0]), outputs, label_weight=1.0)
    assert right.item() == swapped.item() == pytest.approx(math.log1p(math.exp(-18)), abs=1e-6)


def test_a_number_is_missed_by_its_absolute_difference():
    losses = label_losses(torch.tensor([1.0, 4.0]), torch.tensor([[2.0], [3.0], [4.0]]))
    assert losses.tolist() == [[1.0, 2.0, 3.0], [2.0, 1.0, 0.0]]
