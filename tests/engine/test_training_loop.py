"""The training loop: which network each rule keeps, when the rate falls, when a fit ends."""

import itertools
from dataclasses import replace

import pytest
import torch
from torch import nn

from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.running.device import Compute
from benchmarks.engine.training.pace import Pace
from benchmarks.engine.training.trainer import Trainer, TrainingSettings
from benchmarks.plan.plateau import Plateau

SETTINGS = TrainingSettings(
    seed=0, width=2, batch=4, iterations=8, checkpoints=4, learning_rate=1e-2, weight_decay=0.0
)


def trainer_that_validates(validate):
    compute = Compute(torch.device("cpu"), torch.float32)
    return Trainer(compute, SETTINGS, UNet, validate, lambda *_: None)


def objective_of(network):
    images = torch.randn(4, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    return lambda: {"loss": network(images).square().mean()}


def test_last_keeps_the_final_weights_whatever_validation_says():
    scores = iter([0.9, 0.5, 0.4, 0.3])
    trainer = trainer_that_validates(lambda network: {"source_validation": next(scores)})
    network = trainer.new_network()
    trainer.optimise(network, objective_of(network))
    assert trainer.best["source_validation"].iteration == 2
    assert trainer.best["last"].iteration == 8
    assert trainer.best["last"].score is None
    kept = trainer.best["last"].predictor.state_dict()
    assert all(torch.equal(kept[name], value) for name, value in network.state_dict().items())


def test_the_first_of_equal_scores_is_kept():
    trainer = trainer_that_validates(lambda network: {"source_validation": 0.0})
    network = trainer.new_network()
    trainer.optimise(network, objective_of(network))
    assert trainer.best["source_validation"].iteration == 2


def paces(losses, **budget):
    """Return each iteration's rate factor of a loop that sees these losses, and its pace."""
    pace = Pace(Plateau(**budget), torch.device("cpu"))
    factors, iteration = [], 0
    while iteration < pace.total:
        iteration += 1
        factors.append(pace.factor(iteration))
        pace.note(iteration, torch.tensor(losses(iteration)))
    return factors, pace


def test_a_loss_that_no_longer_falls_ends_the_fit_after_the_rate_has_fallen():
    factors, pace = paces(lambda _: 1.0, most=480, least=120, window=30)
    assert pace.has_plateau
    assert factors[:120] == [1.0] * 120  # nothing is judged before the least
    assert len(factors) == 160
    falling = factors[120:]
    assert falling == pytest.approx([1 - place / 41 for place in range(1, 41)])


def test_a_loss_that_falls_and_then_stays_is_followed_to_its_plateau():
    """Windows of 30: falling into the ninth, then constant: two without progress end it at 330."""
    factors, pace = paces(lambda i: 2 - min(i, 240) / 240, most=4800, least=120, window=30)
    assert pace.has_plateau
    assert factors.index(next(f for f in factors if f < 1.0)) == 330
    assert len(factors) == 330 + 110


def test_a_loss_that_keeps_falling_ends_at_the_ceiling_and_is_called_no_plateau():
    factors, pace = paces(lambda i: 10 - 0.01 * i, most=480, least=120, window=30)
    assert not pace.has_plateau
    assert len(factors) == 480
    assert factors[:360] == [1.0] * 360
    assert factors[360] < 1.0
    assert 0 < factors[-1] < 0.01


def test_learning_few_images_by_heart_is_a_plateau():
    """A loss that falls for ever by a constant share, as measured on two people's images."""
    _, pace = paces(lambda i: 1.2 * 0.985**i, most=4800, least=120, window=30)
    assert pace.has_plateau


def test_the_unit_of_a_loss_does_not_decide_when_a_fit_ends():
    """A distillation's loss is a hundredth of a task's: it fell, and was called still."""

    def falling(iteration):
        return 2 - min(iteration, 240) / 240

    budget = {"most": 4800, "least": 120, "window": 30}
    assert paces(falling, **budget)[0] == paces(lambda i: 0.01 * falling(i), **budget)[0]


def test_noise_smaller_than_the_progress_does_not_end_a_fit():
    noise = torch.randn(500, generator=torch.Generator().manual_seed(0)).tolist()
    budget = {"most": 480, "least": 60, "window": 30}
    falling = paces(lambda i: 2 - 0.004 * i + 0.05 * noise[i], **budget)[1]
    still = paces(lambda i: 1 + 0.05 * noise[i], **budget)[1]
    assert not falling.has_plateau
    assert still.has_plateau


def test_without_a_window_the_rate_is_constant_for_all_iterations():
    factors, pace = paces(lambda _: 1.0, most=50)
    assert factors == [1.0] * 50
    assert not pace.has_plateau


def test_the_loop_takes_the_rate_from_its_pace_and_counts_what_it_did():
    settings = replace(SETTINGS, iterations=40, least_iterations=8, window=4, learning_rate=0.1)
    trainer = trainer_that_validates(lambda network: {})
    trainer.settings = settings
    weight, seen = nn.Linear(1, 1, bias=False), []

    def objective():
        seen.append(weight.weight.item())
        # Of constant slope, so that Adam steps by the rate; the task's loss is at its plateau.
        return {"loss": weight.weight.sum(), "task": torch.tensor(1.0)}

    trainer.optimise(weight, objective)
    steps = [before - after for before, after in itertools.pairwise([*seen, weight.weight.item()])]
    assert steps == pytest.approx([0.1] * 12 + [0.1 * (1 - k / 5) for k in range(1, 5)], rel=1e-3)
    assert trainer.cost.iterations == 16
    assert trainer.cost.samples == 16 * settings.batch
    assert trainer.cost.plateau == 1.0
    assert trainer.best["last"].iteration == 16


def test_two_phases_share_one_budget_and_one_without_a_plateau_counts():
    trainer = trainer_that_validates(lambda network: {})
    trainer.settings = replace(SETTINGS, iterations=40, least_iterations=8, window=4)
    weight, losses = nn.Linear(1, 1, bias=False), iter(0.5**k for k in range(100))

    def falling():
        return {"loss": weight.weight.sum(), "task": torch.tensor(next(losses))}

    trainer.optimise(weight, falling, share=0.25)
    assert trainer.cost.iterations == 10
    trainer.optimise(weight, lambda: {"loss": weight.weight.sum() * 0 + 1.0}, share=0.75)
    assert trainer.cost.iterations <= 40
    assert trainer.cost.plateau == 0.0
