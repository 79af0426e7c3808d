"""Domain randomisation: random textures and contrasts, against what their papers state."""

import math

import pytest
import torch

from benchmarks.engine.methods.appearance.intensities import standardised_as
from benchmarks.engine.methods.appearance.random_contrast import (
    INSIDE,
    MEANS,
    OUTSIDE,
    label_parts,
    painted,
    random_contrast,
)
from benchmarks.engine.methods.appearance.random_convolution import (
    SIZES,
    convolved,
    random_kernel,
)
from benchmarks.engine.strategies.random_convolution import disagreement


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def brain(slices=2, size=24):
    """Return z-scored slices with a margin of background."""
    images = torch.zeros(slices, 1, size, size)
    inner = (slices, 1, size - 8, size - 8)
    images[..., 4:-4, 4:-4] = torch.randn(inner, generator=generator(1))
    return images


def region(images):
    labels = torch.zeros_like(images, dtype=torch.uint8)
    labels[..., 8:14, 8:14] = 1
    return labels


def test_kernels_have_the_sizes_and_the_spread_of_the_paper():
    made = generator()
    kernels = [random_kernel(made) for _ in range(800)]
    assert {kernel.shape[-1] for kernel in kernels} == set(SIZES)
    for size in SIZES:
        weights = torch.cat([k.flatten() for k in kernels if k.shape[-1] == size])
        # From about 200 weights on a deviation is known to 5%: three of them.
        assert weights.std().item() == pytest.approx(1 / size, rel=0.15)


def test_an_image_mixed_with_nothing_of_its_convolution_is_itself():
    images = brain()
    assert torch.equal(convolved(images, random_kernel(generator()), 1.0), images)


def test_a_kernel_of_one_pixel_scales_and_standardising_undoes_it():
    images = brain()
    found = standardised_as(convolved(images, torch.full((1, 1, 1, 1), 0.3), 0.0), images)
    torch.testing.assert_close(found, images, atol=1e-4, rtol=0)


def test_convolution_leaves_the_background_empty():
    images = brain()
    found = convolved(images, torch.ones(1, 1, 7, 7), 0.2)
    assert torch.equal(found != 0, images != 0)


def test_versions_that_agree_have_no_disagreement():
    same = torch.randn(1, 2, 2, 4, 4, generator=generator()).repeat(3, 1, 1, 1, 1)
    assert disagreement(same).item() == pytest.approx(0.0, abs=1e-6)


def test_two_certain_and_opposite_versions_disagree_by_twice_log_two():
    """KL((1, 0) || (1/2, 1/2)) = log 2 for each of both versions."""
    outputs = torch.tensor([[50.0, -50.0], [-50.0, 50.0]]).view(2, 1, 2, 1, 1)
    assert disagreement(outputs).item() == pytest.approx(2 * math.log(2), rel=1e-5)


def test_numbers_disagree_by_their_variance():
    outputs = torch.tensor([1.0, 3.0]).view(2, 1, 1, 1, 1)
    assert disagreement(outputs).item() == pytest.approx(1.0)


def test_parts_follow_the_region_and_the_order_of_intensities():
    images = brain()
    labels = region(images)
    parts = label_parts(images, labels)
    assert torch.equal(parts == 0, images == 0)
    inside = (labels > 0) & (images != 0)
    assert set(parts[inside].tolist()) == set(range(OUTSIDE + 1, OUTSIDE + INSIDE + 1))
    outside = (labels == 0) & (images != 0)
    assert set(parts[outside].tolist()) == set(range(1, OUTSIDE + 1))
    brightest = [images[parts == part].max() for part in range(1, OUTSIDE + 1)]
    darkest = [images[parts == part].min() for part in range(2, OUTSIDE + 1)]
    assert all(high <= low for high, low in zip(brightest, darkest, strict=False))


def test_k_means_finds_clusters_that_are_far_apart():
    images = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0]).repeat(20).view(1, 1, 10, 10)
    parts = label_parts(images, torch.zeros(1, 1, 1, 1))
    assert torch.equal(parts, images.long())


def test_contrasts_are_drawn_uniformly_and_not_from_the_image():
    """Pixels of one part in 4000 slices: mean and variance of U(0.1, 2) plus spread."""
    parts = torch.ones(4000, 1, 1, 1, dtype=torch.long)
    values = painted(parts, generator())
    low, high = MEANS
    variance = (high - low) ** 2 / 12 + 0.25**2 / 3
    assert values.mean().item() == pytest.approx((low + high) / 2, abs=5 * (variance / 4000) ** 0.5)
    assert values.var().item() == pytest.approx(variance, rel=0.1)


def test_contrasts_differ_by_slice_and_stay_positive_in_the_brain():
    images = brain(slices=1).repeat(6, 1, 1, 1)
    parts = label_parts(images, region(images))
    found = random_contrast(parts, generator())
    assert torch.equal(found > 0, parts > 0)
    scores = standardised_as(found, images)
    order = [tuple(scores[n][parts[n] == part].mean().item() for part in (1, 5)) for n in range(6)]
    assert any(dark > bright for dark, bright in order)  # the contrast is inverted in some slice
    assert any(dark < bright for dark, bright in order)
