"""The control of each term: the same training without it, and the term's part of the gradient."""

import pytest
import torch
from torch import nn

from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.running.device import choose_compute
from benchmarks.engine.strategies.shared.adversarial import reverse_gradient
from benchmarks.engine.training.access import Access, load_strategy
from benchmarks.engine.training.term_gradient import RECORD, TermGradient
from benchmarks.engine.training.trainer import Trainer, TrainingSettings
from benchmarks.plan.catalog import CARDS, STRATEGIES
from benchmarks.plan.params import build_params
from benchmarks.plan.protocols.comparison.steps import CompareStep, FitStep
from benchmarks.plan.without_term import without_term
from tests.engine.conftest import run_smoke, smoke_plan

WITH_TERM = [card for card in CARDS if card.strength]
SHARED = [card for card in WITH_TERM if card.same_without_term]
NO_PART = ("test_time_adaptation", "sar", "shot", "joint_sparsity")
"""Their term is the whole loss, or acts between the steps: it has no part of a gradient."""
TRAINED = [card for card in WITH_TERM if card.slug not in NO_PART]


def noise(seed):
    return torch.randn(8, 1, 32, 32, generator=torch.Generator().manual_seed(seed))


DATA = {
    "source_images": noise(0),
    "source_intensities": noise(0).exp(),
    "source_labels": (noise(1) > 0).byte(),
    "target_images": noise(2) + 1,
    "target_intensities": (noise(2) + 1).exp(),
    "target_labels": (noise(3) > 0).byte(),
    "source_weights": UNet(4).state_dict(),
}


def trained(card, params):
    """Return the trainer after three iterations."""
    settings = TrainingSettings(
        seed=0,
        width=4,
        batch=4,
        iterations=3,
        checkpoints=1,
        learning_rate=1e-2,
        weight_decay=0.0,
    )
    trainer = Trainer(
        choose_compute("cpu"), settings, UNet, lambda _: {"last": 0.0}, lambda *_: None
    )
    access = Access(card, {name: (lambda value=value: value) for name, value in DATA.items()})
    load_strategy(card, build_params(card.params, params)).fit(access, trainer)
    return trainer


@pytest.mark.parametrize("card", SHARED, ids=lambda card: card.slug)
def test_strategies_that_share_a_control_are_the_same_training_without_their_terms(card):
    other, params = without_term(card)
    assert other.slug != card.slug
    own = trained(card, card.params_at(0.0).__dict__).best["last"].predictor
    shared = trained(other, params).best["last"].predictor.state_dict()
    # Sums in another order differ by rounding, which Adam's first steps enlarge; each step is 1e-2.
    for name, tensor in own.state_dict().items():
        torch.testing.assert_close(tensor, shared[name], rtol=0, atol=1e-4)


@pytest.mark.parametrize("card", TRAINED, ids=lambda card: card.slug)
def test_every_term_is_measured_and_none_is_left_without_it(card):
    whole = trained(card, card.default_params().__dict__).records[RECORD]
    assert whole["share"] > 0
    assert set(whole["iterations"]) == {1, 2, 3}
    off = trained(card, card.params_at(0.0).__dict__).records[RECORD]
    if card.slug == "l2_sp":  # its second penalty, on the head, stays
        assert off["share"] < whole["share"]
        return
    # The term's gradient is a difference of gradients in single precision.
    assert off["share"] < 1e-4


def test_the_share_of_the_gradient_by_hand():
    """Of task 3 w and term 4 w the gradients are 3 and 4; a reversed one counts as received."""
    network = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        network.weight.fill_(1.0)
    critic = nn.Parameter(torch.tensor(2.0))
    measure = TermGradient()
    for iteration in (1, 2):
        network.zero_grad()
        value = network(torch.ones(1, 1)).sum()
        task = 3 * value
        reversed_value = reverse_gradient(value, 1.5)
        term = 4 * value if iteration == 1 else critic * reversed_value  # -3 through the reversal
        losses = {"loss": task + term, "task": task}
        kept = measure.of_task(losses, network)
        losses["loss"].backward()
        measure.note(kept, network, iteration)
    assert measure.record()["shares"] == pytest.approx([4 / 3, 1.0])
    assert measure.record()["share"] == pytest.approx((4 / 3 + 1) / 2)


def test_an_objective_without_a_term_is_not_measured():
    assert RECORD not in trained(STRATEGIES["source_only"], {}).records


@pytest.fixture(scope="module")
def plan():
    return smoke_plan(strategies=["deep_coral", "mmd", "ewc", "full_fine_tuning"])


def test_each_strategy_with_a_term_has_one_control_under_its_own_budget(plan):
    steps = {step.address: step for step in plan.steps}
    compared = [step for step in plan.steps if isinstance(step, CompareStep)]
    cells = {cell.strategy: cell for step in compared for cell in step.cells}
    assert not cells["full_fine_tuning"].without_term
    assert not cells["source_only"].without_term
    for slug, off in (("deep_coral", {"trade_off": 0.0}), ("ewc", {})):
        own, control = (
            steps[steps[address].parents.fit]
            for address in (cells[slug].evaluations[0], cells[slug].without_term[0])
        )
        assert off.items() <= control.params.items()
        for name in ("seed", "n_target", "iterations", "learning_rate", "parents"):
            assert getattr(own, name) == getattr(control, name)
    assert cells["mmd"].without_term == cells["deep_coral"].without_term
    # Fine-tuning itself is the control of a penalty on its distance from the source.
    assert cells["ewc"].without_term == cells["full_fine_tuning"].evaluations
    labels = [step.label for step in plan.steps if isinstance(step, FitStep)]
    assert len(set(labels)) == len(labels)


def test_the_effect_of_a_term_is_told_apart_from_the_rest_of_the_strategy(tmp_path):
    found = run_smoke(smoke_plan(strategies=["deep_coral"]), tmp_path).results
    rows = [row for row in found if row["strategy"] == "deep_coral"]
    assert rows
    for row in rows:
        assert row["term_gradient"] > 0
        assert row["term_effect_low"] <= row["term_effect"] <= row["term_effect_high"]
        term = row["detail"]["term"]
        assert term["strengths"] == {
            "trade_off": STRATEGIES["deep_coral"].default_params().trade_off
        }
        assert row["term_effect"] == pytest.approx(row["gain"] - term["gain_without"])
    baselines = [row for row in found if row["strategy"] == "source_only"]
    assert {row["term_effect"] for row in baselines} == {None}
