"""Translations of target images into the source's space, each against a known answer."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks.engine.networks.translated import IntensityMap, PatchMap, Translated, brain_patches
from benchmarks.engine.strategies.cycle_gan import Generator, adversarial_losses
from benchmarks.engine.strategies.fourier_adaptation import robust_entropy, with_low_frequencies
from benchmarks.engine.strategies.histogram_matching import quantile_map
from benchmarks.engine.strategies.median_matching import brain_median
from benchmarks.engine.strategies.optimal_transport_mapping import transport_of_patches
from tests.engine.methods.reference.fourier import swap_low_frequencies
from tests.engine.methods.reference.nearest_neighbour import nearest_neighbour_map
from tests.engine.methods.reference.transport import quantile_map as transport_of_numbers

SINGLE = 1e-5  # float32, values near 1


@pytest.fixture
def images():
    """Return two slices whose outer pixels are background."""
    brain = torch.zeros(2, 1, 16, 16)
    brain[:, :, 3:13, 4:14] = torch.randn(2, 1, 10, 10, generator=torch.Generator().manual_seed(0))
    return brain


def test_histogram_matching_undoes_an_affine_change_of_intensities(images):
    target = torch.where(images != 0, 2 * images + 1, 0)
    translation = quantile_map(target, images, quantiles=200)  # a knot for almost each pixel
    inside = images != 0
    assert torch.allclose(translation(target)[inside], images[inside], atol=0.02)


def test_an_intensity_map_meets_its_knots_and_goes_on_with_slope_one():
    translation = IntensityMap(torch.tensor([0.0, 1.0, 3.0]), torch.tensor([10.0, 12.0, 13.0]))
    found = translation(torch.tensor([-2.0, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0]))
    assert found.tolist() == [8.0, 10.0, 11.0, 12.0, 12.5, 13.0, 14.0]


def test_median_matching_moves_the_median_and_nothing_else(images):
    target = torch.where(images != 0, images + 0.7, 0)
    translation = IntensityMap(brain_median(target), brain_median(images))
    inside = images != 0
    assert torch.allclose(translation(target)[inside], images[inside], atol=SINGLE)


def test_the_network_behind_a_translation_sees_background_as_zero(images):
    shift = IntensityMap(torch.zeros(1), torch.ones(1))
    seen = Translated(shift, nn.Identity())(images)
    assert torch.equal(seen, torch.where(images != 0, images + 1, 0))


def test_patches_come_in_the_order_of_brain_pixels(images):
    patches = brain_patches(images, 3)
    assert torch.equal(patches[:, 4], images[images != 0])
    assert torch.equal(patches[0].view(3, 3), images[0, 0, 2:5, 3:6])


def test_nearest_neighbour_equals_scikit_learns(images):
    known = torch.randn(50, 9, generator=torch.Generator().manual_seed(1))
    found = PatchMap(known, known[:, 4], adds=False)(images)
    expected = nearest_neighbour_map(
        brain_patches(images, 3).numpy(), known.numpy(), values=known[:, 4].numpy()
    )
    assert np.array_equal(found[images != 0].numpy(), expected)
    assert torch.equal(found != 0, images != 0)


def test_transport_of_single_pixels_is_the_monotone_map():
    """Patches of one pixel are numbers, between which the optimal map is sorted to sorted.

    The numbers are a hundredth apart: float32 tells which is nearest from about 4e-4 on.
    """
    generator = torch.Generator().manual_seed(2)
    source = torch.randn(100, 1, generator=generator) ** 3
    images = (torch.randperm(100, generator=generator) + 1).view(1, 1, 10, 10) / 100
    target = images.view(-1, 1)
    found = transport_of_patches(target, source)(images)
    numbers = (part[:, 0].double().numpy() for part in (target, source))
    assert np.allclose(found.flatten().numpy(), transport_of_numbers(*numbers), atol=SINGLE)


def test_low_frequencies_are_swapped_as_on_arrays():
    generator = torch.Generator().manual_seed(3)
    source, target = (torch.randn(2, 1, 32, 32, generator=generator) for _ in range(2))
    found = with_low_frequencies(source, target, 0.09)
    expected = swap_low_frequencies(source.numpy(), target.numpy(), beta=0.09)
    assert np.allclose(found.numpy(), expected, atol=SINGLE)


def test_robust_entropy_of_no_idea_is_that_of_log_two():
    expected = (math.log(2) ** 2 + 1e-6) ** 2
    assert robust_entropy(torch.zeros(1, 2, 4, 4), 2.0).item() == pytest.approx(expected, rel=1e-6)


def test_a_generator_starts_as_the_identity(images):
    assert torch.equal(Generator(4, 1)(images), images)


def test_one_backward_pass_moves_critic_and_generator_each_by_its_own_loss():
    """With D(x) = w x: generator (w f - 1)^2, critic ((w r - 1)^2 + (w f)^2) / 2."""
    weight, real, made = 0.5, 2.0, 3.0
    critic = nn.Conv2d(1, 1, kernel_size=1, bias=False)
    nn.init.constant_(critic.weight, weight)
    fake = torch.full((1, 1, 1, 1), made, requires_grad=True)
    fools, judges = adversarial_losses(critic, torch.full((1, 1, 1, 1), real), fake)
    (fools + judges).backward()
    assert fools.item() == pytest.approx((weight * made - 1) ** 2)
    assert judges.item() == pytest.approx(((weight * real - 1) ** 2 + (weight * made) ** 2) / 2)
    assert fake.grad.item() == pytest.approx(2 * weight * (weight * made - 1))
    by_hand = real * (weight * real - 1) + made * (weight * made)
    assert critic.weight.grad.item() == pytest.approx(by_hand)
