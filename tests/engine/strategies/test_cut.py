"""Contrastive translation: its loss in closed form, and which patches are compared."""

import math

import pytest
import torch

from benchmarks.engine.methods.translation.contrastive import at_positions, patch_nce
from benchmarks.engine.strategies.cut import brain_positions, encoded
from benchmarks.engine.strategies.shared.translators import Generator
from tests.engine.strategies.fits import fitted, slices


def generator():
    return torch.Generator().manual_seed(0)


def test_patches_that_are_all_alike_cost_the_logarithm_of_their_number():
    alike = torch.ones(2, 3, 8, 1)
    assert patch_nce(alike, alike, 0.07).item() == pytest.approx(math.log(8), rel=1e-5)


def test_orthogonal_patches_cost_what_their_temperature_says():
    """Cosines are 1 with itself and 0 with the others: log(1 + 3 exp(-1 / T))."""
    patches = 5 * torch.eye(4)[None, ..., None]  # lengths do not count
    wanted = math.log1p(3 * math.exp(-1 / 0.5))
    assert patch_nce(patches, 2 * patches, 0.5).item() == pytest.approx(wanted, rel=1e-5)


def test_patches_are_compared_within_their_image():
    first, second = torch.eye(2)[None], torch.eye(2).flip(0)[None]
    both = torch.cat([first, second])[..., None]
    wanted = math.log1p(math.exp(-1))
    assert patch_nce(both, both, 1.0).item() == pytest.approx(wanted, rel=1e-5)


def test_features_are_read_at_their_positions():
    maps = torch.arange(24.0).view(1, 2, 3, 4)
    found = at_positions(maps, torch.tensor([[0, 5]]))
    assert found.tolist() == [[[[0.0], [5.0]], [[12.0], [17.0]]]]


def test_positions_differ_and_lie_in_the_brain():
    images = slices(0)[0]
    positions = brain_positions(images, (16, 16), 64, generator())
    assert all(len(set(row.tolist())) == 64 for row in positions)
    rows, columns = positions // 16, positions % 16
    for place in (rows, columns):  # the brain covers 4 to 27 of 32 pixels
        assert ((place >= 2) & (place < 14)).all()


def test_the_translators_own_features_are_compared_at_two_sizes():
    found = encoded(Generator(4, 1), slices(0)[0])
    assert [tuple(x.shape[1:]) for x in found] == [(4, 32, 32), (8, 16, 16)]


def test_only_target_images_meet_a_translator_that_starts_as_the_identity():
    images = slices(0)[0]
    assert torch.equal(Generator(4, 1)(images), images)
    predictor = fitted("cut")[0]
    moved = predictor.translation(images)
    assert not torch.equal(moved, images)
    assert torch.equal(moved == 0, images == 0)
