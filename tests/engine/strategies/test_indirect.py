"""Adversaries, distillation and dropout, each with a known answer."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from benchmarks.engine.methods.appearance.contrast_channels import contrast_channels, local_contrast
from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.networks.initialisation import seeded_module
from benchmarks.engine.running.device import choose_compute
from benchmarks.engine.strategies.cdan import certainty_weights, multilinear_map
from benchmarks.engine.strategies.knowledge_distillation import distillation_loss
from benchmarks.engine.strategies.modality_dropout import kept_channels
from benchmarks.engine.strategies.shared.adversarial import (
    domain_loss,
    ramp,
    reverse_gradient,
)
from benchmarks.engine.training.trainer import Trainer


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_a_reversed_gradient_is_the_gradient_times_minus_strength():
    features = random(3, 4).requires_grad_()
    reversed_features = reverse_gradient(features, 0.3)
    assert torch.equal(reversed_features, features)
    reversed_features.square().sum().backward()
    assert torch.allclose(features.grad, -0.3 * 2 * features.detach())


def test_the_adversary_starts_at_nothing_and_ends_near_one():
    assert ramp(0.0) == 0
    assert ramp(0.5) == pytest.approx(math.tanh(2.5))  # 2 / (1 + e^-2x) - 1 is tanh x
    assert ramp(1.0) == pytest.approx(math.tanh(5))


def test_the_domain_loss_is_log_two_by_chance_and_nothing_where_certain():
    by_chance = torch.zeros(2, 1, 4, 4)
    assert domain_loss(by_chance, by_chance).item() == pytest.approx(math.log(2))
    assert domain_loss(by_chance - 50, by_chance + 50).item() == pytest.approx(0)
    assert domain_loss(by_chance + 3, by_chance - 3).item() == pytest.approx(
        3 + math.log1p(math.exp(-3))
    )


def trainer():
    return Trainer(
        compute=choose_compute("cpu"),
        settings=SimpleNamespace(seed=0),
        build=UNet,
        validate=lambda _: {},
        on_progress=lambda *_: None,
    )


def test_modules_of_one_role_start_alike_and_leave_the_random_state_alone():
    before = torch.get_rng_state()
    first, again, other = (
        seeded_module(trainer(), role, lambda: nn.Linear(3, 3)).weight
        for role in ("critic", "critic", "translator")
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(before, torch.get_rng_state())


def test_the_multilinear_map_is_the_outer_product_at_each_pixel():
    features, predictions = random(2, 3, 4, 4), random(2, 2, 4, 4, seed=1)
    expected = torch.einsum("bkhw,bchw->bkchw", predictions, features).reshape(2, 6, 4, 4)
    assert torch.equal(multilinear_map(features, predictions), expected)


def test_certain_patches_count_most():
    """1 + exp(-H) is 1 + 1/2 where p is (1/2, 1/2), and 2 where it is (1, 0)."""
    predictions = torch.zeros(1, 2, 4, 8)
    predictions[:, :, :, :4] = 0.5
    predictions[:, 0, :, 4:] = 1
    weights = certainty_weights(predictions, (1, 2)).flatten()
    assert weights.tolist() == pytest.approx([1.5 / 1.75, 2 / 1.75])


def test_distillation_is_the_tempered_divergence():
    teacher, student = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 1.0])
    p = [1 / (1 + math.exp(-1)), 1 / (1 + math.exp(1))]
    q = [1 / (1 + math.exp(0.5)), 1 / (1 + math.exp(-0.5))]
    divergence = sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
    found = distillation_loss(student.view(1, 2, 1, 1), teacher.view(1, 2, 1, 1), 2.0)
    assert found.item() == pytest.approx(4 * divergence, rel=1e-5)


def test_at_high_temperature_distillation_matches_logits():
    """Its gradient approaches (student - teacher) / classes for centred logits (Hinton 2.1).

    The next term is of order (logit / T)^2, here 1e-4.
    """
    teacher = torch.tensor([0.8, -0.8]).view(1, 2, 1, 1)
    student = torch.tensor([-0.3, 0.3]).view(1, 2, 1, 1).requires_grad_()
    distillation_loss(student, teacher, 100.0).backward()
    assert torch.allclose(student.grad, (student.detach() - teacher) / 2, rtol=1e-3)


def test_single_outputs_are_distilled_by_their_squared_gap():
    found = distillation_loss(torch.full((2, 1, 1, 1), 3.0), torch.ones(2, 1, 1, 1), 2.0)
    assert found.item() == 4


def brains(count, seed=0):
    images = torch.zeros(count, 1, 32, 32)
    images[:, :, 6:26, 8:24] = random(count, 1, 20, 16, seed=seed)
    return images


def test_appearances_keep_background_and_ignore_what_they_claim_to():
    images = brains(2)
    seen = contrast_channels(images)
    assert torch.equal(seen[:, :1], images)
    assert not seen[(images == 0).expand_as(seen)].any()
    assert torch.equal(contrast_channels(-images)[:, 2], seen[:, 2])  # gradients have no sign
    shifted = torch.where(images != 0, images + 5, 0)
    # Variance as a difference of squares loses digits: 25 against 1 in float32.
    assert torch.allclose(local_contrast(shifted), seen[:, 1:2], atol=1e-3)


def test_dropout_leaves_some_channels_and_never_all():
    kept = kept_channels(500, torch.Generator().manual_seed(0)).flatten(1)
    patterns = {tuple(row) for row in kept.int().tolist()}
    assert len(patterns) == 6
    assert {sum(pattern) for pattern in patterns} == {1, 2}
