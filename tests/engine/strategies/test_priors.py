"""Priors over weights, each against a case with a known answer."""

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks.engine.methods.priors.fisher import diagonal_fisher, drawn_log_likelihood
from benchmarks.engine.methods.priors.gaussian import (
    flat_parameters,
    gaussian_penalty,
    set_parameters,
)
from benchmarks.engine.methods.priors.swag import Moments, relative_precision
from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.strategies.discriminative_learning_rates import (
    layer_groups,
    slower_towards_the_input,
)


def seeded(number=0):
    return torch.Generator().manual_seed(number)


class Logistic(nn.Module):
    """Logistic regression: images of one pixel with three channels, logits (0, w x)."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([0.5, -1.0, 0.2]))

    def forward(self, images):
        odds = torch.einsum("nchw,c->nhw", images, self.weight)
        return torch.stack([torch.zeros_like(odds), odds], dim=1)


def test_the_fisher_of_logistic_regression_is_the_analytic_one():
    images = torch.randn(4000, 3, 1, 1, generator=seeded())
    network = Logistic()
    found = diagonal_fisher(network, images, seeded(1))
    rows = images[:, :, 0, 0].double()
    chance = torch.sigmoid(rows @ network.weight.detach().double())
    expected = (chance * (1 - chance))[:, None] * rows.square()
    # Labels are drawn: 4000 of them leave a standard error of about 2%, five of which are allowed.
    assert found.numpy() == pytest.approx(expected.mean(dim=0).numpy(), rel=0.1)


def test_the_fisher_of_one_pixel_is_exact_in_expectation_over_its_two_labels():
    """F = p (1 - p) x^2 from p s(1)^2 + (1 - p) s(0)^2, with the scores that the code computes."""
    network, image = Logistic(), torch.tensor([1.0, 2.0, -1.0]).view(1, 3, 1, 1)
    chance = torch.sigmoid(torch.tensor(0.5 - 2.0 - 0.2)).item()
    squares = {}
    for number in range(200):
        score = drawn_log_likelihood(network(image), seeded(number))
        (gradient,) = torch.autograd.grad(score, network.parameters())
        label = 1 if float(gradient[0]) > 0 else 0  # x_1 > 0: the score's sign tells the label
        squares[label] = gradient.square().numpy()
    found = chance * squares[1] + (1 - chance) * squares[0]
    expected = chance * (1 - chance) * np.array([1.0, 4.0, 1.0])
    assert found == pytest.approx(expected, rel=1e-5)  # fp32


def test_the_fisher_is_per_pixel_so_that_size_of_images_does_not_matter():
    small = torch.randn(2000, 3, 1, 1, generator=seeded())
    network = Logistic()
    one = diagonal_fisher(network, small, seeded(1))
    tiled = diagonal_fisher(network, small.repeat(1, 1, 2, 2), seeded(2))
    # Both are drawn estimates of one number, with about 3% standard error each.
    assert tiled.numpy() == pytest.approx(one.numpy(), rel=0.2)


def test_the_mode_under_a_gaussian_prior_is_that_of_bayesian_linear_regression():
    """argmin ||X w - y||^2 / 2 + penalty is (X'X + L)^-1 (X'y + L mu)."""
    rows = torch.randn(20, 3, generator=seeded(), dtype=torch.float64)
    truth = torch.randn(20, generator=seeded(1), dtype=torch.float64)
    mean = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    precision = torch.tensor([0.1, 10.0, 1000.0], dtype=torch.float64)
    expected = torch.linalg.solve(
        rows.T @ rows + precision.diag(), rows.T @ truth + precision * mean
    )
    weights = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=500, tolerance_grad=1e-12)

    def closure():
        optimiser.zero_grad()
        loss = (rows @ weights - truth).square().sum() / 2
        loss = loss + gaussian_penalty(weights, mean, precision)
        loss.backward()
        return loss

    optimiser.step(closure)
    assert weights.detach().numpy() == pytest.approx(expected.numpy(), rel=1e-5)


def test_moments_of_a_walk_are_numpys():
    walk = 100 + torch.randn(30, 5, generator=seeded(), dtype=torch.float64)
    moments = Moments()
    for point in walk:
        moments.add(point)
    assert moments.mean.numpy() == pytest.approx(walk.numpy().mean(axis=0), rel=1e-12)
    assert moments.total_variance.numpy() == pytest.approx(walk.numpy().var(axis=0), rel=1e-9)


def test_variance_is_around_the_straight_line_of_the_drift():
    times = np.arange(40.0)
    slopes = torch.tensor([0.0, 0.1, -3.0], dtype=torch.float64)
    walk = torch.randn(40, 3, generator=seeded(), dtype=torch.float64)
    walk = walk + torch.from_numpy(times)[:, None] * slopes
    moments = Moments()
    for point in walk:
        moments.add(point)
    design = np.stack([np.ones(40), times], axis=1)
    _, squares, _, _ = np.linalg.lstsq(design, walk.numpy(), rcond=None)
    assert moments.variance.numpy() == pytest.approx(squares / 38, rel=1e-9)
    total = (walk.numpy().var(axis=0) * 40).sum()
    assert moments.drift_share == pytest.approx(1 - squares.sum() / total, rel=1e-9)
    assert moments.drift_share > 0.99


def test_after_burn_in_the_variance_is_sgds_stationary_one_and_before_it_is_the_drift():
    """On h w^2 / 2 with gradient noise of deviation s, it is rate s^2 / (h (2 - rate h))."""
    rate, curvatures, noise = 0.2, torch.tensor([1.0, 4.0], dtype=torch.float64), 0.3
    expected = rate * noise**2 / (curvatures * (2 - rate * curvatures))
    generator = seeded()
    weights, moments, early = torch.full((2,), 50.0, dtype=torch.float64), Moments(), Moments()
    for step in range(4000):
        draw = torch.randn(2, generator=generator, dtype=torch.float64)
        weights = weights - rate * (curvatures * weights + noise * draw)
        (moments if step >= 400 else early).add(weights)
    # 3600 correlated points: about 400 independent ones, whose variance errs by 7%.
    assert moments.variance.numpy() == pytest.approx(expected.numpy(), rel=0.25)
    assert moments.drift_share < 0.05
    assert (early.total_variance > 50 * expected).all()


def test_precision_is_relative_and_equal_variances_give_l2_sp():
    assert relative_precision(torch.full((4,), 3e-9), 0.1) == pytest.approx(torch.ones(4))
    assert relative_precision(torch.zeros(4), 0.1) == pytest.approx(torch.ones(4))
    uneven = relative_precision(torch.tensor([1.0, 3.0]), 0.5)  # 1/(1+1) and 1/(3+1), mean 3/8
    assert uneven.numpy() == pytest.approx([4 / 3, 2 / 3])


def test_parameters_come_back_from_their_vector_whatever_their_memory_format():
    network = UNet(2).to(memory_format=torch.channels_last)
    weights = torch.arange(flat_parameters(network).numel(), dtype=torch.float32)
    set_parameters(network, weights)
    assert torch.equal(flat_parameters(network), weights)


def test_each_group_of_layers_learns_slower_than_the_next_by_the_decay():
    network = UNet(2)
    groups = slower_towards_the_input(layer_groups(network), decay=2.6)
    assert [g.learning_rate_factor for g in groups] == pytest.approx(
        [1, 1 / 2.6, 1 / 2.6**2, 1 / 2.6**3, 1 / 2.6**4]
    )
    assert groups[0].parameters[0] is network.head.weight
    assert groups[-1].parameters[0] is network.encoder[0][0].weight
    found = [id(p) for group in groups for p in group.parameters]
    assert sorted(found) == sorted(id(p) for p in network.parameters())


def test_the_fisher_of_a_measure_is_the_square_of_its_slope():
    """A Laplace likelihood of scale 1 has score +-1, so F = E[(d f / d w)^2] = E[x^2]."""
    images = torch.randn(50, 3, 1, 1, generator=seeded())
    network = nn.Conv2d(3, 1, 1, bias=False)
    found = diagonal_fisher(network, images, seeded(1))
    expected = images[:, :, 0, 0].square().mean(dim=0)
    assert found.numpy() == pytest.approx(expected.numpy(), rel=1e-5)
