"""Each divergence against a closed form or a reference implementation."""

import numpy as np
import ot
import pytest
import torch
from scipy import special
from sklearn.metrics.pairwise import rbf_kernel

from benchmarks.engine.methods.divergences.mmd import (
    gaussian_kernels,
    median_bandwidth,
    mmd_squared,
)
from benchmarks.engine.methods.divergences.mutual_information import (
    domain_information,
    log_det_bias,
)
from benchmarks.engine.methods.divergences.paired import paired_consistency
from benchmarks.engine.methods.divergences.sliced_wasserstein import (
    random_directions,
    sliced_wasserstein_squared,
)
from benchmarks.engine.methods.divergences.sparsity import joint_sparsity, l21_norm, shrinkage
from benchmarks.engine.training.losses import coral_loss
from tests.engine.methods.reference.paired_information import paired_information

EXACT = 1e-10  # the same sums in float64, in another order


@pytest.fixture
def domains():
    generator = torch.Generator().manual_seed(0)
    source = torch.randn(40, 5, generator=generator, dtype=torch.float64)
    target = 1.5 * torch.randn(32, 5, generator=generator, dtype=torch.float64) + 0.7
    return source, target


@pytest.fixture(scope="module")
def peer():
    """Return SKADA's losses; they come with skorch, a development dependency."""
    return pytest.importorskip("skada.deep.losses", exc_type=ImportError)


def test_coral_equals_skadas_deep_coral(domains, peer):
    assert float(coral_loss(*domains)) == pytest.approx(
        float(peer.deepcoral_loss(*domains)), rel=EXACT
    )


def test_biased_mmd_equals_the_one_of_scikit_learns_kernels(domains):
    source, target = (domain.numpy() for domain in domains)
    expected = 0.0
    for bandwidth in (0.5, 2.0):
        gamma = 1 / (2 * bandwidth**2)
        expected += rbf_kernel(source, gamma=gamma).mean() + rbf_kernel(target, gamma=gamma).mean()
        expected -= 2 * rbf_kernel(source, target, gamma=gamma).mean()
    found = mmd_squared(*domains, bandwidths=(0.5, 2.0))
    assert float(found) == pytest.approx(expected / 2, rel=EXACT)


def test_mmd_equals_skadas(domains, peer):
    """SKADA's kernel is exp(-distance / sigma), ours exp(-distance^2 / (2 s^2)).

    Roots of Euclidean distances are Euclidean distances of other points (Schoenberg 1938);
    classical scaling finds them, and there both kernels are one. SKADA sums kernels, we average.
    """
    pooled = torch.cat(domains)
    squared = torch.cdist(pooled, pooled)
    centring = torch.eye(72, dtype=torch.float64) - 1 / 72
    values, vectors = torch.linalg.eigh(-centring @ squared @ centring / 2)
    rooted = vectors * values.clamp_min(0).sqrt()
    sigmas = [0.5, 1.0, 4.0]
    expected = peer.dan_loss(*domains, sigmas=np.array(sigmas)) / len(sigmas)
    bandwidths = [(sigma / 2) ** 0.5 for sigma in sigmas]
    found = mmd_squared(rooted[:40], rooted[40:], bandwidths=bandwidths)
    assert float(found) == pytest.approx(float(expected), rel=1e-7)  # after an eigenproblem


def test_unbiased_mmd_is_the_mean_over_different_pairs(domains):
    source, target = domains
    kernel = gaussian_kernels(source, source, (1.0,))
    other = gaussian_kernels(target, target, (1.0,))
    within = [kernel[i, j] for i in range(40) for j in range(40) if i != j]
    without = [other[i, j] for i in range(32) for j in range(32) if i != j]
    across = gaussian_kernels(source, target, (1.0,)).mean()
    expected = torch.stack(within).mean() + torch.stack(without).mean() - 2 * across
    found = mmd_squared(source, target, bandwidths=(1.0,), unbiased=True)
    assert float(found) == pytest.approx(float(expected), rel=EXACT)
    with pytest.raises(ValueError, match="at least 2 samples"):
        mmd_squared(source[:1], target, unbiased=True)


def test_unbiased_mmd_averages_to_zero_between_equal_distributions():
    generator = torch.Generator().manual_seed(1)
    draws = torch.randn(300, 2, 20, 2, generator=generator, dtype=torch.float64)
    found = torch.stack([mmd_squared(*draw, bandwidths=(1.0,), unbiased=True) for draw in draws])
    # Four standard errors: a true mean of zero is missed once in 16,000 seeds.
    assert abs(float(found.mean())) < 4 * float(found.std()) / 300**0.5
    biased = torch.stack([mmd_squared(*draw, bandwidths=(1.0,)) for draw in draws])
    assert float(biased.min()) >= 0


def test_population_mmd_of_two_gaussians():
    """For N(0, 1) and N(m, 1), kernel width s: MMD^2 = 2 c (1 - exp(-m^2 / (2 (s^2 + 2)))),
    c = s / sqrt(s^2 + 2)."""
    generator = torch.Generator().manual_seed(2)
    source = torch.randn(3000, 1, generator=generator, dtype=torch.float64)
    target = torch.randn(3000, 1, generator=generator, dtype=torch.float64) + 1
    expected = 2 / 3**0.5 * (1 - np.exp(-1 / 6))
    found = mmd_squared(source, target, bandwidths=(1.0,), unbiased=True)
    # The standard error of 3,000 samples, about 4 sd(witness) / sqrt(3000), is below 0.01.
    assert float(found) == pytest.approx(expected, abs=0.02)


def test_the_median_bandwidth_by_hand_and_its_default_use():
    source, target = torch.tensor([[0.0], [1.0]]), torch.tensor([[4.0]])
    assert float(median_bandwidth(source, target)) == 3.0  # of 1, 3, 4
    same = torch.ones(3, 2)
    assert float(mmd_squared(same, same)) == 0.0


def test_sliced_wasserstein_equals_pots(domains):
    for source, target in (domains, (domains[0][:32], domains[1])):
        directions = random_directions(
            5, 20, generator=torch.Generator().manual_seed(3), like=source
        )
        expected = ot.sliced_wasserstein_distance(source, target, projections=directions) ** 2
        found = sliced_wasserstein_squared(source, target, directions=directions)
        assert float(found) == pytest.approx(float(expected), rel=1e-9)  # POT adds up levels


def test_sliced_wasserstein_of_a_shift_and_its_draws():
    generator = torch.Generator().manual_seed(4)
    points = torch.randn(30, 3, generator=generator, dtype=torch.float64)
    shift = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)
    axes = torch.eye(3, dtype=torch.float64)
    found = sliced_wasserstein_squared(points, points + shift, directions=axes)
    assert float(found) == pytest.approx(float(shift.square().mean()), rel=EXACT)
    draws = [
        sliced_wasserstein_squared(points, 2 * points, generator=torch.Generator().manual_seed(5))
        for _ in range(2)
    ]
    assert draws[0] == draws[1]
    with pytest.raises(ValueError, match="generator"):
        sliced_wasserstein_squared(points, points)


def test_paired_consistency_by_hand():
    first, second = torch.zeros(2, 2, 1), torch.tensor([[[3.0], [4.0]], [[0.0], [1.0]]])
    assert float(paired_consistency(first, second)) == 13.0  # (25 + 1) / 2
    with pytest.raises(ValueError, match="one shape"):
        paired_consistency(first, second[:1])


def with_covariance(matrix, count=50):
    """Return points whose sample covariance is ``matrix`` and whose mean is zero, exactly."""
    size = len(matrix)
    points = torch.randn(count, size, generator=torch.Generator().manual_seed(6)).double()
    points = points - points.mean(dim=0)
    whitening = torch.linalg.inv(torch.linalg.cholesky(points.T.cov()))
    return points @ whitening.T @ torch.linalg.cholesky(torch.tensor(matrix, dtype=torch.float64)).T


def test_mutual_information_of_correlated_gaussians():
    points = with_covariance([[1.0, 0.6], [0.6, 1.0]])
    found = paired_information(points[:, :1], points[:, 1:], ridge=0)
    assert float(found) == pytest.approx(-0.5 * np.log(1 - 0.6**2), rel=EXACT)
    with pytest.raises(ValueError, match="one length"):
        paired_information(points, points[1:])


def test_domain_information_of_a_shift_by_the_determinant_lemma():
    """With divisor n the covariance of both is I + d d' / 4; the bias of four samples is known."""
    points = with_covariance([[1.0, 0.0], [0.0, 1.0]])
    points = points * (1 - 1 / len(points)) ** -0.5  # the divisor is n here
    shift = torch.tensor([1.0, 2.0], dtype=torch.float64)
    count = len(points)
    bias = (log_det_bias(2 * count, 2) - log_det_bias(count, 2)) / 2
    found = domain_information(points, points + shift, ridge=0)
    assert float(found) + bias == pytest.approx(0.5 * np.log(1 + 5 / 4), rel=EXACT)
    assert float(domain_information(points, points)) + bias == pytest.approx(0, abs=1e-4)  # ridge


@pytest.mark.parametrize(("channels", "bias_before"), [(8, 0.046), (64, 2.41)])
@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_domain_information_has_no_bias(channels, bias_before, shift):
    """Before, the mean at 256 samples of each domain was above the truth by ``bias_before``."""
    drawn = []
    for seed in range(30):
        generator = torch.Generator().manual_seed(seed)
        source, target = torch.randn(2, 256, channels, generator=generator)
        drawn.append(float(domain_information(source, target + shift / channels**0.5)))
    standard_error = np.std(drawn) / len(drawn) ** 0.5
    truth = 0.5 * np.log(1 + shift**2 / 4)
    assert np.mean(drawn) == pytest.approx(truth, abs=5 * standard_error)
    assert 5 * standard_error < bias_before


def test_the_bias_of_a_log_determinant_in_one_dimension_is_that_of_a_chi_square():
    """n C_n has n - 1 degrees of freedom, and a mean logarithm of psi((n - 1) / 2) + log 2."""
    assert log_det_bias(10, 1) == pytest.approx(special.digamma(4.5) + np.log(2 / 10))
    with pytest.raises(ValueError, match="3 samples in 3 dimensions"):
        log_det_bias(3, 3)


def test_domain_information_does_not_change_with_the_features_scale_or_dead_channels():
    generator = torch.Generator().manual_seed(2)
    source, target = torch.randn(2, 100, 5, generator=generator, dtype=torch.float64)
    target = target + 0.5
    found = float(domain_information(source, target))
    mixing = torch.randn(5, 5, generator=generator, dtype=torch.float64)
    assert float(domain_information(source @ mixing, target @ mixing)) == pytest.approx(found)
    dead = torch.zeros(100, 3, dtype=torch.float64)
    padded = (torch.cat([side, dead], dim=1) for side in (source, target))
    assert float(domain_information(*padded)) == pytest.approx(found)
    assert float(domain_information(dead, dead)) == 0


def test_domain_information_of_fewer_samples_than_channels_is_finite():
    generator = torch.Generator().manual_seed(3)
    source = torch.randn(12, 64, generator=generator, requires_grad=True)
    domain_information(source, torch.randn(12, 64, generator=generator)).backward()
    assert source.grad.isfinite().all()


def test_joint_sparsity_by_hand():
    assert float(l21_norm(torch.tensor([[3.0, 4.0], [0.0, 0.0], [0.0, 2.0]]))) == 7.0
    first, second = torch.tensor([[3.0, 0.0]]), torch.tensor([[4.0, 0.0], [0.0, 2.0]])
    assert float(joint_sparsity([first, second])) == 7.0  # feature 0: (3, 4, 0); 1: (0, 0, 2)


def test_shrinkage_is_the_proximal_step_of_the_norm():
    """Of the minimisers of 1/2 |V - W|^2 + t |V|: 0 for short rows, else W (1 - t / |W|)."""
    rows = torch.tensor([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])
    assert shrinkage(rows, 1.0).tolist() == pytest.approx([0.8, 0.0, 0.0])
    assert shrinkage(rows, 0.0).tolist() == [1.0, 1.0, 1.0]


def test_proximal_steps_find_the_features_that_both_tasks_use_and_gradient_steps_do_not():
    """Two regressions on orthonormal features: the solution is the proximal step of X'y."""
    generator = torch.Generator().manual_seed(5)
    basis, _ = torch.linalg.qr(torch.randn(40, 6, generator=generator, dtype=torch.float64))
    truth = torch.zeros(6, 2, dtype=torch.float64)
    truth[1], truth[4] = torch.tensor([2.0, -1.0]), torch.tensor([0.5, 1.5])
    noise = 0.1 * torch.randn(40, 2, generator=generator, dtype=torch.float64)
    answers = basis @ truth + noise
    expected = (basis.T @ answers) * shrinkage(basis.T @ answers, 0.5)[:, None]
    proximal, subgradient = torch.zeros_like(truth), torch.zeros_like(truth)
    for _ in range(200):
        slope = basis.T @ (basis @ proximal - answers)
        proximal = proximal - 0.5 * slope
        proximal = proximal * shrinkage(proximal, 0.5 * 0.5)[:, None]
        lengths = subgradient.norm(dim=1, keepdim=True).clamp_min(1e-12)
        slope = basis.T @ (basis @ subgradient - answers) + 0.5 * subgradient / lengths
        subgradient = subgradient - 0.1 * slope
    assert proximal.numpy() == pytest.approx(expected.numpy(), abs=1e-9)
    assert (proximal.norm(dim=1) > 0).tolist() == [False, True, False, False, True, False]
    assert (subgradient.norm(dim=1) > 0).all()


@pytest.mark.parametrize(
    "loss",
    [
        lambda s, t: mmd_squared(s, t, bandwidths=(1.0, 2.0)),  # given: the median's are held fixed
        lambda s, t: mmd_squared(s, t, bandwidths=(1.0,), unbiased=True),
        lambda s, t: sliced_wasserstein_squared(s, t, directions=torch.eye(3).double()),
        lambda s, t: paired_consistency(s, t[:6]),
        lambda s, t: paired_information(s, t[:6]),
        lambda s, t: domain_information(s, t, ridge=0),
        lambda s, t: joint_sparsity([s, t]),
        coral_loss,
    ],
)
def test_gradients_are_those_of_finite_differences(loss):
    generator = torch.Generator().manual_seed(7)
    target = torch.randn(8, 3, generator=generator, dtype=torch.float64)
    source = torch.randn(6, 3, generator=generator, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(loss(source, target), source)
    assert gradient.abs().max() > 0
    step = 1e-6
    for row, column in ((0, 0), (3, 2)):
        nudge = torch.zeros_like(source)
        nudge[row, column] = step
        slope = (loss(source + nudge, target) - loss(source - nudge, target)) / (2 * step)
        # Central differences of step h err by h^2 and by rounding / h, here 1e-10 of the loss.
        assert float(gradient[row, column]) == pytest.approx(
            float(slope.detach()), rel=1e-4, abs=1e-7
        )


def test_gradients_are_finite_where_the_domains_agree():
    points = torch.randn(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(8))
    for loss in (
        mmd_squared,
        lambda s, t: sliced_wasserstein_squared(s, t, directions=torch.eye(3).double()),
        paired_consistency,
        domain_information,
    ):
        source = points.clone().requires_grad_()
        loss(source, points).backward()
        assert source.grad.isfinite().all()
    zero = torch.zeros(2, 3, requires_grad=True)
    joint_sparsity([zero]).backward()
    assert (zero.grad == 0).all()


@pytest.mark.parametrize(
    "loss",
    [
        mmd_squared,
        lambda s, t: sliced_wasserstein_squared(s, t, generator=torch.Generator().manual_seed(9)),
        domain_information,
        lambda s, t: paired_consistency(s, t[:40]),
    ],
)
def test_a_network_in_bf16_gets_its_divergence_in_fp32(loss):
    generator = torch.Generator().manual_seed(10)
    source = torch.randn(40, 4, generator=generator) + 3
    target = torch.randn(50, 4, generator=generator) + 3.1
    expected = loss(source, target)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert loss(source, target) == expected
        short = loss(source.bfloat16(), target.bfloat16())
    assert short.dtype == torch.float32
    assert short == loss(source.bfloat16().float(), target.bfloat16().float())


def test_divergences_named_by_keyword_are_lifted_too():
    points = torch.randn(10, 2, generator=torch.Generator().manual_seed(12)).bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = mmd_squared(source=points, target=points + 1)
    assert found.dtype == torch.float32


def test_mmd_does_not_depend_on_where_the_features_lie():
    generator = torch.Generator().manual_seed(11)
    source = torch.randn(40, 4, generator=generator)
    target = torch.randn(50, 4, generator=generator) + 0.5
    far = mmd_squared(source + 1000, target + 1000)
    # fp32 keeps 1000 + x to 6e-5; the expanded square about zero would lose 1e-1 of distances.
    assert float(far) == pytest.approx(float(mmd_squared(source, target)), rel=1e-3)
