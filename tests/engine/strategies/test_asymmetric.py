"""Translations of target images into the source's space, each against a known answer."""

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks.engine.methods.appearance.intensities import standardised_as
from benchmarks.engine.networks.rank_map import RankMap, brain_ranks
from benchmarks.engine.networks.translated import IntensityMap, PatchMap, Translated, brain_patches
from benchmarks.engine.strategies.fourier_adaptation import (
    robust_entropy,
    translated,
    with_low_frequencies,
)
from benchmarks.engine.strategies.histogram_matching import quantile_map
from benchmarks.engine.strategies.median_matching import brain_median
from benchmarks.engine.strategies.nearest_neighbour import NearestNeighbour
from benchmarks.engine.strategies.optimal_transport_mapping import transport_of_patches
from benchmarks.engine.strategies.shared.translators import Generator, adversarial_losses
from benchmarks.plan.catalog.asymmetric import NearestNeighbourParams
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


def smooth_slices(count, seed):
    """Return slices whose neighbouring pixels are alike, with an outer background."""
    noise = torch.randn(count, 1, 24, 24, generator=torch.Generator().manual_seed(seed))
    smooth = torch.nn.functional.avg_pool2d(noise, 5, stride=1, padding=2)
    brain = torch.zeros_like(smooth)
    brain[:, :, 2:22, 2:22] = 1
    return (smooth / smooth.std() + 0.01) * brain


def test_ranks_are_places_within_the_brain_and_no_increasing_map_changes_them():
    image = torch.tensor([[[[0.0, 3.0], [-1.0, 2.0]]]])
    assert brain_ranks(image).flatten().tolist() == pytest.approx([0, 1, 1 / 3, 2 / 3])
    slices = smooth_slices(2, 0)
    curved = torch.where(slices != 0, slices.sign() * slices.abs() ** 1.5 + 2, 0)
    assert torch.equal(brain_ranks(curved), brain_ranks(slices))


def test_nearest_neighbour_undoes_a_contrast_curve_that_neighbours_in_intensity_keep():
    source, clean = smooth_slices(8, 0), smooth_slices(2, 1)
    target = torch.where(clean != 0, 0.4 * clean.sign() * clean.abs() ** 1.5, 0)
    inside = clean != 0
    params = NearestNeighbourParams()
    found = NearestNeighbour(params)._dictionary(source, torch.Generator().manual_seed(0))(target)

    patches = brain_patches(source, 3)
    before = PatchMap(patches, patches[:, 4], adds=False)(target)  # neighbours in intensity

    def error(images):
        return float((images - clean)[inside].square().mean().sqrt())

    assert error(before) > error(target)  # the identity with noise
    assert error(found) < 0.75 * error(target)
    assert torch.equal(found != 0, inside)
    again = RankMap.build(**RankMap(patches, patches[:, 4], neighbours=8).arguments())
    assert again.known.shape == patches.shape


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


@pytest.mark.parametrize("classes", [2, 19])
def test_robust_entropy_of_no_idea_is_one_for_any_number_of_classes(classes):
    found = robust_entropy(torch.zeros(1, classes, 4, 4), 2.0).item()
    assert found == pytest.approx((1 + 1e-6) ** 2, rel=1e-6)


def dark_and_bright():
    """Return a source slice of little signal and a target slice of more, with their z-scores.

    The slices lie below and above their subjects' means, so that their z-scores differ in sign.
    """
    generator = torch.Generator().manual_seed(5)
    dark, bright = (1 + 0.1 * torch.rand(1, 1, 32, 32, generator=generator) for _ in range(2))
    return (0.7 * dark, (dark - 1.5) / 0.5), (1.3 * bright, (bright - 0.5) / 0.5)


def test_amplitudes_of_intensities_are_swapped_whatever_the_sign_of_the_z_scores():
    """Swapping the mean's amplitude alone scales brightness, which standardising takes away."""
    (source, images), (target, scores) = dark_and_bright()
    found = translated(source, images, target, 0.01)  # below 1/32: only the mean is swapped
    assert torch.allclose(found, standardised_as(source, images), atol=1e-4)
    of_scores = with_low_frequencies(images, scores, 0.01)
    assert images.mean() < 0 < scores.mean()
    assert of_scores.mean() < 0  # brighter in the target, darker after the swap


def test_a_translated_slice_keeps_its_place_among_its_subjects_slices():
    (source, images), (target, _) = dark_and_bright()
    found = translated(source, images, target, 0.09)
    assert found.mean().item() == pytest.approx(images.mean().item(), abs=1e-4)
    assert found.std().item() == pytest.approx(images.std().item(), rel=1e-3)
    assert (found - images).abs().max() > 0.01


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
