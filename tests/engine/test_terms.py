"""The control of each term: the same training without it, and the term's part of the gradient."""

import sys
from functools import cached_property
from types import FunctionType

import pytest
import torch
from torch import nn

from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.running.device import choose_compute
from benchmarks.engine.strategies.shared.adversarial import reverse_gradient
from benchmarks.engine.training import losses, slice_losses
from benchmarks.engine.training.access import Access, load_strategy
from benchmarks.engine.training.term_gradient import RECORD, TermGradient
from benchmarks.engine.training.trainer import Trainer, TrainingSettings, nothing_after
from benchmarks.plan.catalog import CARDS, STRATEGIES
from benchmarks.plan.params import build_params
from benchmarks.plan.protocols.comparison.steps import CompareStep, FitStep
from benchmarks.plan.without_term import without_term
from tests.engine.conftest import run_smoke, smoke_plan

WITH_TERM = [card for card in CARDS if card.strength]
SHARED = [card for card in WITH_TERM if card.same_without_term]
MEASURED = [card for card in WITH_TERM if not card.no_gradient_share]


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


def trained(card, params, kind=Trainer):
    """Return the trainer, of a given kind, after three iterations."""
    settings = TrainingSettings(
        seed=0,
        width=4,
        batch=4,
        iterations=3,
        checkpoints=1,
        learning_rate=1e-2,
        weight_decay=0.0,
    )
    trainer = kind(choose_compute("cpu"), settings, UNet, lambda _: {"last": 0.0}, lambda *_: None)
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


@pytest.mark.parametrize("card", MEASURED, ids=lambda card: card.slug)
def test_without_its_strength_nothing_is_left_of_a_term(card):
    off = trained(card, card.params_at(0.0).__dict__).records[RECORD]
    # The term's gradient is a difference of gradients in single precision.
    assert off["share"] < 1e-4


@pytest.mark.parametrize("card", MEASURED, ids=lambda card: card.slug)
def test_with_its_strength_a_term_trains_another_network_than_its_control(card):
    other, params = without_term(card)
    own = trained(card, card.default_params().__dict__).best["last"].predictor.state_dict()
    control = trained(other, params).best["last"].predictor.state_dict()
    same = own.keys() & control.keys()
    assert same
    assert any((own[name] - control[name]).abs().max() > 1e-6 for name in same)


class Witness(Trainer):
    """A trainer that notes of each objective what its loss consists of, in ``seen``.

    ``term``: the task's loss and more, or a proximal step between the steps; ``task``: a mean of
    losses of the task; ``own``: another loss.
    """

    def optimise(self, network, objective, *, after_step=nothing_after, **options):
        def noted():
            TASKS.clear()
            found = objective()
            self.seen.add(
                "term"
                if "task" in found or after_step is not nothing_after
                else "task"
                if is_mean(found["loss"], TASKS)
                else "own"
            )
            return found

        super().optimise(network, noted, after_step=after_step, **options)

    def propose(self, predictor, iteration=0):
        if getattr(predictor, "adapts_to_each_subject", False):
            self.seen.add("term")
        super().propose(predictor, iteration)

    @cached_property
    def seen(self):
        return set()


TASKS = []
"""Values of the task's loss in the present iteration."""


def noting(loss):
    """Return the loss function; it adds its values to TASKS."""

    def noted(*arguments, **options):
        found = loss(*arguments, **options)
        TASKS.extend(found.detach().flatten().tolist())
        return found

    return noted


def is_mean(loss, values):
    """Return whether a loss lies between the smallest and the largest of ``values``."""
    return bool(values) and min(values) - 1e-6 <= loss.item() <= max(values) + 1e-6


@pytest.fixture
def noted_losses(monkeypatch):
    """Have every strategy's calls of the task's loss noted, by whatever name it is imported."""
    for card in CARDS:
        load_strategy(card, card.default_params())
    wrappers = {loss: noting(loss) for loss in (losses.task_loss, slice_losses.task_losses)}
    for name, module in list(sys.modules.items()):
        if name.startswith("benchmarks.engine.strategies"):
            for word, value in list(vars(module).items()):
                if callable(value) and isinstance(value, FunctionType) and value in wrappers:
                    monkeypatch.setattr(module, word, wrappers[value])
    return wrappers[losses.task_loss]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.slug)
def test_every_strategy_that_adds_a_term_has_a_strength_and_a_control(card, noted_losses):
    """What it adds follows from its training, so that no list of such strategies is needed."""

    def witness(*arguments):
        return Witness(*arguments, loss=noted_losses)

    found = trained(card, card.default_params().__dict__, witness)
    assert bool(card.strength) == ("term" in found.seen or bool(card.no_gradient_share))
    assert ("own" in found.seen and not card.strength) == bool(card.no_control)
    assert (RECORD in found.records) == (bool(card.strength) and not card.no_gradient_share)
    if measured := found.records.get(RECORD):
        assert measured["share"] > 0
        assert set(measured["iterations"]) == {1, 2, 3}
    for reason in (card.no_gradient_share, card.no_control):
        assert not reason or (reason[0].isupper() and reason.endswith("."))
    if card.strength:
        control, params = without_term(card)
        assert control is not card or params[card.strength] == 0


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
    return smoke_plan(strategies=["joint_sparsity", "deep_coral", "mmd", "ewc", "full_fine_tuning"])


def test_each_strategy_with_a_term_has_one_control_under_its_own_budget(plan):
    steps = {step.address: step for step in plan.steps}
    compared = [step for step in plan.steps if isinstance(step, CompareStep)]
    cells = {cell.strategy: cell for step in compared for cell in step.cells}
    assert not cells["full_fine_tuning"].without_term
    assert not cells["source_only"].without_term
    for slug, off in (("joint_sparsity", {"trade_off": 0.0}), ("deep_coral", {}), ("ewc", {})):
        own, control = (
            steps[steps[address].parents.fit]
            for address in (cells[slug].evaluations[0], cells[slug].without_term[0])
        )
        assert off.items() <= control.params.items()
        for name in ("seed", "n_target", "iterations", "learning_rate", "parents"):
            assert getattr(own, name) == getattr(control, name)
    # Target images in the batch change nothing without the term: it is training on the source.
    assert cells["mmd"].without_term == cells["source_only"].evaluations
    # Fine-tuning itself is the control of a penalty on its distance from the source.
    assert cells["ewc"].without_term == cells["full_fine_tuning"].evaluations
    labels = [step.label for step in plan.steps if isinstance(step, FitStep)]
    assert len(set(labels)) == len(labels)


def test_the_effect_of_a_term_is_told_apart_from_the_rest_of_the_strategy(with_worlds, tmp_path):
    store = with_worlds(tmp_path)
    found = run_smoke(smoke_plan(strategies=["deep_coral"]), store).results
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
