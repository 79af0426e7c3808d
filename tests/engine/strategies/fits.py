"""A short fit of one strategy on invented slices, for tests of what it trains."""

import torch

from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.running.device import choose_compute
from benchmarks.engine.training.access import Access, load_strategy
from benchmarks.engine.training.trainer import Trainer, TrainingSettings
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.params import build_params


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def slices(seed, count=6):
    """Return (count, 1, 32, 32) images with background, and labels of what is bright."""
    images = torch.zeros(count, 1, 32, 32)
    images[:, :, 4:28, 4:28] = random(count, 1, 24, 24, seed=seed)
    return images, (images > 0.5).byte()


def source_weights():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return UNet(2).state_dict()


def fitted(slug, *, iterations=3, **params):
    """Return the predictor that a strategy proposes last, after ``iterations`` on 4 slices each."""
    settings = TrainingSettings(
        seed=0,
        width=2,
        batch=4,
        iterations=iterations,
        checkpoints=1,
        learning_rate=1e-2,
        weight_decay=0.0,
    )
    kept = []

    def validate(predictor):
        kept.append(predictor)
        return {}

    trainer = Trainer(choose_compute("cpu"), settings, UNet, validate, lambda *_: None)
    (source, source_labels), (target, target_labels) = slices(1), slices(2)
    data = {
        "source_images": source,
        "source_labels": source_labels,
        "source_intensities": source.exp() * (source != 0),
        "target_images": target,
        "target_intensities": target.exp() * (target != 0),
        "target_labels": target_labels,
        "source_weights": source_weights(),
    }
    card = STRATEGIES[slug]
    access = Access(card, {name: (lambda value=value: value) for name, value in data.items()})
    load_strategy(card, build_params(card.params, params)).fit(access, trainer)
    return kept[-1].eval(), trainer
