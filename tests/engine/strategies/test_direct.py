"""Strategies that make features alike: what is new in them, against answers by hand."""

import pytest
import torch

from benchmarks.engine.methods.appearance.intensities import standardised_as
from benchmarks.engine.methods.appearance.scanner_variation import vary_appearance
from benchmarks.engine.methods.divergences.sparsity import joint_sparsity
from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.networks.outputs import answers
from benchmarks.engine.strategies.joint_sparsity import last_scale, used_weights
from benchmarks.engine.strategies.paired_consistency import mean_gap
from benchmarks.engine.strategies.shared.alignment import brain_features


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def brains():
    images = torch.randn(40, 1, 32, 32, generator=generator())
    images[..., :8] = 0
    return images


def test_features_are_drawn_from_the_brain_alone_and_evenly():
    images = torch.zeros(2, 1, 4, 4)
    images[0, 0, 1, 2] = images[1, 0, 3, 0] = 5
    features = torch.arange(2 * 3 * 16.0).reshape(2, 3, 4, 4)
    drawn = brain_features(features, images, 4000, generator())
    first = (drawn == features[0, :, 1, 2]).all(dim=1)
    second = (drawn == features[1, :, 3, 0]).all(dim=1)
    assert (first | second).all()
    # A share of 1/2 over 4000 draws has a deviation of 0.008: five of them.
    assert first.float().mean() == pytest.approx(0.5, abs=0.04)


def test_features_of_whole_images_are_all_taken():
    features = torch.randn(5, 7, 1, 1, generator=generator())
    drawn = brain_features(features, brains()[:5], 99, generator())
    assert torch.equal(drawn, features[:, :, 0, 0])


def test_no_strength_no_change():
    images = brains().abs()
    torch.testing.assert_close(vary_appearance(images, generator(), strength=0.0), images)


def test_appearance_varies_by_slice_and_leaves_the_background():
    images = brains()[:1].abs().repeat(6, 1, 1, 1)
    changed = vary_appearance(images, generator(), strength=1.0)
    assert not changed[..., :8].any()
    assert len({round(float(one.sum()), 3) for one in changed}) == 6
    assert torch.equal(changed, vary_appearance(images, generator(), strength=1.0))


def test_bias_and_noise_spread_as_stated():
    flat = torch.ones(4000, 1, 4, 4)  # powers leave ones alone: a node of the field for each pixel
    changed = vary_appearance(flat, generator(), strength=1.0)
    # The mean of exp of deviation 0.2 is 1.020, its deviation 0.206; noise of 0.05 adds
    # 0.05^2 / 2 to the mean and 0.05 to the deviation in quadrature: 0.212.
    assert changed.mean() == pytest.approx(1.021, abs=0.005)
    assert changed.std() == pytest.approx(0.212, abs=0.005)


def test_a_changed_appearance_is_never_negative():
    dark = torch.full((50, 1, 8, 8), 1e-3)
    assert (vary_appearance(dark, generator(), strength=3.0) >= 0).all()


def test_z_scores_of_a_changed_slice_have_its_mean_and_deviation():
    images = torch.where(brains() != 0, brains() + 0.7, 0)
    inside = images != 0
    brighter = torch.where(inside, 3 * (images + 20) + 5, 0)
    torch.testing.assert_close(standardised_as(brighter, images), images, atol=1e-4, rtol=0)
    bent = standardised_as(torch.where(inside, (images + 20) ** 3, 0), images)
    for one, other, within in zip(bent, images, inside, strict=True):
        assert one[within].mean() == pytest.approx(other[within].mean().item(), abs=1e-3)
    assert not bent[~inside].any()


def test_the_gap_of_a_pair_by_hand():
    logits = torch.zeros(2, 2, 1, 2)
    logits[0, 1, 0, 0] = torch.tensor(3.0).log()  # probability 3/4 against 1/2 elsewhere
    assert float(mean_gap(answers(logits), torch.full((2, 1, 2), 0.5))) == pytest.approx(
        0.25**2 / 4  # over 2 slices of 2 pixels
    )


def test_rescaling_features_does_not_change_the_joint_norm():
    network, other = UNet(4), torch.nn.Conv2d(4, 2, 1)
    assert last_scale(network) is network.decoder[-1][4].weight
    before = joint_sparsity(used_weights(last_scale(network), network.head, other))
    with torch.no_grad():
        last_scale(network).mul_(10)
        for head in (network.head, other):
            head.weight.div_(10)
    # One product and one quotient by 10 in float32.
    torch.testing.assert_close(
        joint_sparsity(used_weights(last_scale(network), network.head, other)), before
    )
