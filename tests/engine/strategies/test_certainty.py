"""Strategies that trust predictions on target images: what is new in them, by hand."""

import math

import pytest
import torch
from torch import nn

from benchmarks.engine.methods.uncertainty.pseudo_labels import prior_divergence, pseudo_labels
from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.strategies.mean_teacher import follow, noisy, ramp_up
from benchmarks.engine.strategies.shot import predicted_shares
from tests.engine.strategies.fits import fitted, slices, source_weights


def test_a_teacher_of_a_constant_student_approaches_it_by_powers_of_the_decay():
    teacher, student = nn.BatchNorm2d(1), nn.BatchNorm2d(1)
    student.weight.data.fill_(3.0)
    student.running_mean.fill_(8.0)
    student.num_batches_tracked.fill_(7)
    for _ in range(5):
        follow(teacher, student, decay=0.9)
    assert teacher.weight.item() == pytest.approx(3 + 0.9**5 * (1 - 3))
    assert teacher.running_mean.item() == pytest.approx(8 + 0.9**5 * (0 - 8))
    assert teacher.num_batches_tracked.item() == 7


def test_in_the_first_steps_a_teacher_is_the_mean_of_all_students():
    teacher, student = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    for step, weight in enumerate((4.0, 1.0, 7.0), start=1):
        student.weight.data.fill_(weight)
        follow(teacher, student, decay=1 - 1 / step)
    assert teacher.weight.item() == pytest.approx(4.0)


def test_a_teacher_gains_weight_as_it_learns():
    assert ramp_up(0) == pytest.approx(math.exp(-5))
    assert ramp_up(0.2) == pytest.approx(math.exp(-1.25))
    assert ramp_up(0.4) == ramp_up(1) == 1


def test_noise_stays_in_the_brain():
    images = slices(0)[0]
    changed = noisy(images, 0.1, torch.Generator().manual_seed(0))
    assert torch.equal(changed == 0, images == 0)
    # 3456 draws: the deviation of a deviation is 0.1 / sqrt(2 * 3456) = 0.0012; four of them.
    assert (changed - images)[images != 0].std() == pytest.approx(0.1, abs=0.005)


def test_the_nearest_centroid_corrects_a_prediction():
    """Features lie along two axes; the third one's prediction says 1, its direction says 0."""
    features = torch.tensor([[5.0, 0.1], [4.0, 0.0], [3.0, 0.2], [0.1, 2.0], [0.0, 3.0]])
    certain = torch.tensor([0.9, 0.8, 0.4, 0.1, 0.2])
    probabilities = torch.stack([certain, 1 - certain], dim=1)
    assert pseudo_labels(features, probabilities).tolist() == [0, 0, 0, 1, 1]


def test_a_class_that_nothing_is_given_keeps_its_centroid():
    features, probabilities = torch.ones(3, 2), torch.tensor([[0.6, 0.4]]).repeat(3, 1)
    assert pseudo_labels(features, probabilities).tolist() == [0, 0, 0]  # a tie goes to the first


def test_shares_other_than_the_prior_cost_their_divergence():
    probabilities = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    prior = torch.tensor([0.9, 0.1])
    wanted = 0.5 * math.log(0.5 / 0.9) + 0.5 * math.log(0.5 / 0.1)
    assert prior_divergence(probabilities, prior).item() == pytest.approx(wanted, rel=1e-5)
    assert prior_divergence(probabilities, torch.tensor([0.5, 0.5])).item() == pytest.approx(0)


def test_the_prior_counts_the_brain_alone():
    class Bright(UNet):
        def forward(self, images):
            return torch.cat([torch.zeros_like(images), 100 * images], dim=1)

    images = torch.zeros(1, 1, 4, 4)
    images[..., 0, :] = torch.tensor([1.0, -1.0, -1.0, -1.0])
    assert predicted_shares(Bright(2), images).tolist() == pytest.approx([0.75, 0.25])


def test_shot_keeps_the_head_and_moves_the_features():
    before = source_weights()
    after = fitted("shot")[0].state_dict()
    assert torch.equal(after["head.weight"], before["head.weight"])
    assert not torch.equal(after["encoder.0.0.weight"], before["encoder.0.0.weight"])


def test_shot_of_no_strength_only_normalises_by_the_target():
    before = source_weights()
    after = fitted("shot", trade_off=0.0)[0].state_dict()
    moved = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert moved == {name for name in before if "running" in name or "tracked" in name}


def test_without_strength_entropy_and_adversary_train_the_same_network():
    plain = fitted("entropy_minimisation", trade_off=0.0)[0].state_dict()
    other = fitted("advent", trade_off=0.0)[0].state_dict()
    assert all(torch.allclose(plain[name], other[name], atol=1e-6) for name in plain)
    strong = fitted("advent", trade_off=1000.0)[0].state_dict()
    assert not torch.allclose(plain["head.weight"], strong["head.weight"], atol=1e-4)


def test_entropy_minimisation_leaves_less_entropy_on_the_target():
    images = slices(2)[0]
    entropies = []
    for strength in (0.0, 10.0):
        network = fitted("entropy_minimisation", iterations=30, trade_off=strength)[0]
        p = network(images).softmax(dim=1)
        entropies.append(torch.special.entr(p).sum(dim=1).mean().item())
    assert entropies[1] < entropies[0] / 2


def test_the_teacher_predicts_and_is_the_mean_of_the_students():
    teacher, trainer = fitted("mean_teacher", iterations=1)
    student = trainer.new_network().state_dict()
    found = teacher.state_dict()
    # The teacher follows before each step: after the first it is the network at the start.
    assert all(torch.equal(found[name], student[name]) for name in student)
