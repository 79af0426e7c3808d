"""A short float is used where its gradients are right, and a fit ends at the first bad number."""

import pytest
import torch
from torch import nn

from benchmarks.engine.errors import EngineError
from benchmarks.engine.networks.backbones import Classifier, UNet
from benchmarks.engine.running import precision
from benchmarks.engine.running.device import Compute, choose_compute, provenance
from benchmarks.engine.running.lanes import ProcessLanes
from benchmarks.engine.running.run import run_plan
from benchmarks.engine.steps.shared.prediction import predict
from benchmarks.engine.strategies.shared.adversarial import domain_classifier
from benchmarks.engine.tasks.catalog import TASKS
from benchmarks.engine.training.access import Access, load_strategy
from benchmarks.engine.training.finite import NotFiniteError, check_weights
from benchmarks.engine.training.trainer import Trainer, TrainingSettings
from benchmarks.plan.benchmarks import SUBJECT_LEVEL
from benchmarks.plan.catalog import CARDS
from benchmarks.plan.spec import U_NET
from tests.engine.conftest import RecordedEvents, layers_trained, smoke_plan

SHORT = Compute(torch.device("cpu"), torch.bfloat16)
FULL = Compute(torch.device("cpu"), torch.float32)
SETTINGS = TrainingSettings(
    seed=0, width=4, batch=4, iterations=6, checkpoints=1, learning_rate=1e-3, weight_decay=0.0
)


class _Unwritten(torch.autograd.Function):
    """A kernel whose gradient is whatever the memory held, where the input is short."""

    @staticmethod
    def forward(context, values):
        context.is_short = values.dtype is torch.bfloat16
        return values.clone()

    @staticmethod
    def backward(context, gradient):
        return torch.full_like(gradient, torch.nan) if context.is_short else gradient


class WrongWhenShort(nn.Identity):
    def forward(self, values):
        return _Unwritten.apply(values)


def used(layer, *shape):
    return precision.LayerUse(repr(layer), shape, layer)


def test_a_gradient_that_a_kernel_leaves_unwritten_is_found_and_the_run_goes_to_fp32(monkeypatch):
    layers = [used(nn.Conv2d(3, 4, 1), 4, 3, 8, 8), used(WrongWhenShort(), 4, 3, 1, 1)]
    monkeypatch.setattr(precision, "layers_of", lambda plan, compute: layers)
    said = RecordedEvents()
    found = precision.trusted(SHORT, smoke_plan(), said)
    assert found.precision is torch.float32
    assert not found.is_mixed
    (line,) = said.of("log")
    assert line["level"] == "warning"
    assert (
        "bfloat16 output or gradient of WrongWhenShort() on 4 x 3 x 1 x 1 is not finite"
        in line["message"]
    )
    described = provenance(found)["device"]
    assert described["precision"] == "float32"
    assert described["precision_reason"] in line["message"]


def test_random_numbers_for_a_gradient_are_found_too():
    class Random(nn.Conv2d):
        def forward(self, values):
            found = super().forward(values)
            if found.dtype is torch.bfloat16:
                found.register_hook(torch.randn_like)
            return found

    error = precision.gradient_error(used(Random(3, 4, 3, padding=1), 4, 3, 8, 8), SHORT)
    assert error > 0.5


def test_a_wrong_output_is_found_even_where_the_gradient_is_right():
    class Shifted(nn.Conv2d):
        def forward(self, values):
            found = super().forward(values)
            return found + 1 if found.dtype is torch.bfloat16 else found

    assert precision.gradient_error(used(Shifted(3, 4, 1), 4, 3, 8, 8), SHORT) > 0.2


@pytest.mark.parametrize("benchmark", ["site-shift", "subject-level"])
def test_every_layer_of_a_plan_is_sound_here_or_found_within_seconds(benchmark):
    plan = smoke_plan(benchmark=benchmark, strategies=["all"])
    layers = list(precision.layers_of(plan, SHORT))
    assert len(set(layers)) > 20
    said = RecordedEvents()
    found = precision.trusted(SHORT, plan, said)
    assert found == SHORT or said.of("log")


def test_fp32_is_checked_against_nothing(monkeypatch):
    monkeypatch.setattr(precision, "layers_of", lambda *_: pytest.fail("nothing to check"))
    assert precision.trusted(FULL, smoke_plan(), RecordedEvents()) is FULL


def test_a_precision_asked_for_by_name_is_taken_or_refused(monkeypatch):
    assert choose_compute("cpu", "float32").precision is torch.float32
    short = choose_compute("cpu", "bfloat16")
    assert short.arithmetic == "cpu bfloat16"
    monkeypatch.setattr(precision, "first_fault", lambda *_: "on cpu it is wrong")
    with pytest.raises(EngineError, match=r"on cpu it is wrong.*ask for float32"):
        precision.trusted(short, smoke_plan(), RecordedEvents())


def test_lanes_are_told_the_precision_and_do_not_choose(monkeypatch, tmp_path):
    handed = []

    class Observed(ProcessLanes):
        def __init__(self, workplace, lanes):
            handed.append(workplace.compute)
            raise InterruptedError

    monkeypatch.setattr(precision, "first_fault", lambda *_: "on cpu it is wrong")
    monkeypatch.setattr("benchmarks.engine.running.run.ProcessLanes", Observed)
    with pytest.raises(InterruptedError):
        run_plan(smoke_plan(), tmp_path, SHORT, RecordedEvents(), lanes=2)
    assert [(c.precision, c.reason) for c in handed] == [(torch.float32, "on cpu it is wrong")]


def test_vectors_are_classified_by_linear_layers_and_maps_by_strided_ones():
    vectors = [m for m in domain_classifier(Classifier(4)).modules() if isinstance(m, nn.Conv2d)]
    assert {(m.kernel_size, m.stride) for m in vectors} == {((1, 1), (1, 1))}
    maps = [m for m in domain_classifier(UNet(4)).modules() if isinstance(m, nn.Conv2d)]
    assert [m.stride for m in maps] == [(2, 2), (2, 2), (1, 1)]
    assert domain_classifier(UNet(4))(torch.zeros(1, 4, 32, 32)).shape == (1, 1, 8, 8)
    assert domain_classifier(Classifier(4))(torch.zeros(3, 64, 1, 1)).shape == (3, 1, 1, 1)


def trainer_of(task, compute=FULL):
    return Trainer(
        compute, SETTINGS, TASKS[task].networks[U_NET], lambda _: {"rule": 0.0}, lambda *_: None
    )


def data_of(task, card):
    generator = torch.Generator().manual_seed(0)
    images = [torch.randn(6, 1, 32, 32, generator=generator) for _ in range(2)]
    labels = (images[0] > 0).byte()
    if task != "segmentation":
        labels = torch.tensor([0, 1, 0, 1, 0, 1]).view(-1, 1, 1, 1)
        labels = labels.float() if task == "regression" else labels.byte()
    data = {
        "source_images": images[0],
        "target_images": images[1],
        "source_intensities": images[0].exp(),
        "target_intensities": images[1].exp(),
        "source_labels": labels,
        "target_labels": labels,
        "source_weights": TASKS[task].networks[U_NET](SETTINGS.width).state_dict(),
    }
    return Access(card, {name: (lambda value=value: value) for name, value in data.items()})


BRING_LAYERS = [
    pytest.param(card, task, id=f"{card.slug}-{task}")
    for card in CARDS
    if card.has_own_layers
    for task in ("segmentation", "classification", "regression")
    if task == "segmentation"
    or any(s.task == task and s.admits(card.slug) for s in SUBJECT_LEVEL.scenarios)
]


@pytest.mark.parametrize(("card", "task"), BRING_LAYERS)
def test_every_layer_that_a_strategy_trains_is_one_that_is_checked(card, task):
    fields = {
        "task": task,
        "width": SETTINGS.width,
        "batch": SETTINGS.batch,
        "strategy": card.slug,
        "params": card.default_params().__dict__,
    }
    checked = {(u.description, u.shape[1:]) for u in precision.layers_of_fits([fields], 32, SHORT)}
    with layers_trained("cpu") as seen:
        strategy = load_strategy(card, card.default_params())
        strategy.fit(data_of(task, card), trainer_of(task, SHORT))
    # Most bring several layers; of a foundation encoder only the read-out is trained.
    assert len(seen) > (0 if card.slug == "foundation_encoder" else 5)
    assert seen <= checked


def losses(*values):
    """Return an objective over one weight whose loss is each of the values in turn."""
    given = iter(values)

    def objective():
        return {"loss": network.head.bias.sum() * 0 + network.head.weight.sum() * next(given)}

    network = UNet(4)
    return network, objective


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_a_loss_that_is_not_finite_ends_the_fit_at_that_iteration(bad):
    trainer = trainer_of("segmentation")
    network, objective = losses(1.0, 1.0, bad, 1.0, 1.0, 1.0)
    with pytest.raises(NotFiniteError, match=r"^iteration 3 of 6: the loss is not finite"):
        trainer.optimise(network, objective)
    assert trainer.best == {}


def test_a_gradient_that_is_not_finite_ends_the_fit_at_that_iteration():
    trainer = trainer_of("segmentation")
    network = UNet(4)
    calls = []

    def objective():
        calls.append(1)
        factor = 1.0 if len(calls) < 2 else 0.0
        # The square root's slope at 0 is infinite, and the root itself is not.
        return {"loss": (network.head.weight.square().sum() * factor).sqrt()}

    with pytest.raises(NotFiniteError, match=r"^iteration 2 of 6: the gradient is not finite"):
        trainer.optimise(network, objective)


def test_on_a_device_that_is_not_waited_for_the_first_bad_iteration_is_still_the_one_named():
    from benchmarks.engine.training.finite import FiniteWatch

    late = FiniteWatch(torch.device("cpu"), 9)
    late._is_immediate = False  # as on a GPU
    for iteration, value in enumerate([1.0, torch.nan, 1.0, torch.nan], start=1):
        late.note(iteration, torch.tensor(value), [])
    with pytest.raises(NotFiniteError, match="iteration 2 of 9: the loss"):
        late.settle()


def test_a_predictor_with_a_weight_that_is_not_finite_is_never_kept():
    trainer = trainer_of("segmentation")
    network = UNet(4)
    with torch.no_grad():
        network.head.bias[0] = torch.nan
    with pytest.raises(NotFiniteError, match=r"iteration 4: weights are not finite: head\.bias"):
        trainer.propose(network, 4)
    assert trainer.best == {}
    with pytest.raises(NotFiniteError, match=r"head\.bias"):
        check_weights(network, "here")


def test_answers_that_are_not_finite_are_refused_where_a_mask_would_hide_them():
    network = UNet(4).eval()
    with torch.no_grad():
        network.head.bias[0] = torch.inf
    with pytest.raises(NotFiniteError, match="outputs"):
        predict(network, torch.zeros(1, 2, 1, 32, 32), FULL, TASKS["segmentation"])


def test_the_check_finds_what_this_processor_does_to_a_strided_convolution_over_one_pixel():
    if not choose_compute("cpu").is_mixed:
        pytest.skip("this processor has no native bf16")
    error = precision.gradient_error(used(nn.Conv2d(8, 16, 3, 2, 1), 8, 8, 1, 1), SHORT)
    is_known_faulty = torch.cpu.get_capabilities().get("amx_bf16") and torch.__version__ < "2.14"
    assert not is_known_faulty or not error <= precision.LARGEST_ERROR


def test_the_cards_say_who_brings_layers():
    assert sum(card.has_own_layers for card in CARDS) > 1
    for card in CARDS:
        strategy = load_strategy(card, card.default_params())
        assert hasattr(strategy, "own_layers") == card.has_own_layers
