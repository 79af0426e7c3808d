"""Who is admitted where: with a reason where not, and running where it is."""

import pytest
import torch

from benchmarks.engine.networks.stored import read_predictor, save_predictor
from benchmarks.engine.running.device import choose_compute
from benchmarks.engine.running.precision import layers_of_fits
from benchmarks.engine.steps.shared.prediction import predict
from benchmarks.engine.tasks.catalog import TASKS
from benchmarks.engine.training.access import Access, load_strategy
from benchmarks.engine.training.trainer import Trainer, TrainingSettings
from benchmarks.plan.benchmarks import BENCHMARKS, SUBJECT_LEVEL
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.spec import U_NET
from tests.engine.conftest import layers_trained

SLICES = 3
SUBJECTS = 4
SETTINGS = TrainingSettings(
    seed=0,
    width=2,
    batch=4,
    iterations=2,
    checkpoints=1,
    learning_rate=1e-3,
    weight_decay=0.0,
)


def volumes(task, seed):
    """Return (subjects, slices, 1, 32, 32) images with background, and labels of the task."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.zeros(SUBJECTS, SLICES, 1, 32, 32)
    images[..., 4:28, 4:28] = torch.randn(SUBJECTS, SLICES, 1, 24, 24, generator=generator)
    values = torch.randn(SUBJECTS, generator=generator)
    if task.slug == "classification":
        values = torch.tensor([0, 1, 0, 1], dtype=torch.uint8)
    return images, values.view(SUBJECTS, 1, 1, 1, 1).expand(-1, SLICES, -1, -1, -1)


def trainer_of(task):
    compute = choose_compute("cpu")
    images, labels = volumes(task, seed=9)

    def validate(network):
        return {"source_validation": task.validate(predict(network, images, compute, task), labels)}

    return Trainer(compute, SETTINGS, task.networks[U_NET], validate, lambda *_: None)


ADMITTED = [
    pytest.param(scenario, slug, id=f"{scenario.slug}-{slug}")
    for scenario in SUBJECT_LEVEL.scenarios
    for slug in SUBJECT_LEVEL.strategies
    if scenario.admits(slug)
]


def checked(scenario, card, compute):
    """Return the layers whose arithmetic a run compares before it trains this strategy."""
    fields = {
        "task": scenario.task,
        "width": SETTINGS.width,
        "batch": SETTINGS.batch,
        "strategy": card.slug,
        "params": card.default_params().__dict__,
    }
    return {(use.description, use.shape[1:]) for use in layers_of_fits([fields], 32, compute)}


@pytest.mark.parametrize(("scenario", "slug"), ADMITTED)
def test_every_admitted_strategy_gives_each_subject_a_finite_answer(scenario, slug, tmp_path):
    task, card = TASKS[scenario.task], STRATEGIES[slug]
    trainer = trainer_of(task)
    (source, source_labels), (target, target_labels) = (volumes(task, seed) for seed in (1, 2))
    data = {
        "source_images": source.flatten(0, 1),
        "source_intensities": source.flatten(0, 1).exp(),
        "target_intensities": target.flatten(0, 1).exp(),
        "source_labels": source_labels.flatten(0, 1),
        "target_images": target.flatten(0, 1),
        "target_labels": target_labels.flatten(0, 1),
        "source_weights": task.networks[U_NET](SETTINGS.width).state_dict(),
    }
    access = Access(card, {name: (lambda value=value: value) for name, value in data.items()})
    with layers_trained("cpu") as seen:
        load_strategy(card, card.default_params()).fit(access, trainer)
    assert seen <= checked(scenario, card, trainer.compute)
    predictor = trainer.best["source_validation"].predictor.eval()
    found = predict(predictor, target, trainer.compute, task)
    assert found.shape == (SUBJECTS, SLICES, 1, 1)
    assert found.isfinite().all()
    save_predictor(predictor, tmp_path / "predictor")
    again = read_predictor(tmp_path / "predictor")
    assert torch.equal(predict(again, target, trainer.compute, task), found)
    if scenario.task == "classification":
        assert ((found >= 0) & (found <= 1)).all()


@pytest.mark.parametrize("card", BENCHMARKS.values(), ids=lambda card: card.slug)
def test_whom_a_scenario_leaves_out_it_names_with_a_reason(card):
    for scenario in card.scenarios:
        named = [slug for exclusion in scenario.exclusions for slug in exclusion.strategies]
        assert set(named) <= set(STRATEGIES)
        assert len(named) == len(set(named))
        assert all(exclusion.reason.endswith(".") for exclusion in scenario.exclusions)
    assert all(any(s.admits(slug) for s in card.scenarios) for slug in card.strategies)
