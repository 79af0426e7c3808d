"""Strategies of several phases propose as many checkpoints as those of one phase."""

import pytest
import torch

from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.running.device import choose_compute
from benchmarks.engine.strategies.joint_sparsity import shrink_heads
from benchmarks.engine.training.access import Access, load_strategy
from benchmarks.engine.training.trainer import Trainer, TrainingSettings
from benchmarks.plan.catalog import strategy_card


def noise(seed, count=8):
    return torch.randn(count, 1, 32, 32, generator=torch.Generator().manual_seed(seed))


def fitted(slug, *, checkpoints=3, iterations=12):
    data = {
        "source_images": noise(0),
        "source_labels": (noise(1) > 0).byte(),
        "target_images": noise(2),
        "target_labels": (noise(3) > 0).byte(),
        "source_weights": UNet(4).state_dict(),
    }
    trainer = Trainer(
        compute=choose_compute("cpu"),
        settings=TrainingSettings(
            seed=0,
            width=4,
            batch=2,
            iterations=iterations,
            checkpoints=checkpoints,
            learning_rate=1e-3,
            weight_decay=0.0,
        ),
        build=UNet,
        validate=lambda _: {"target_validation": 1.0},
        on_progress=lambda *_: None,
    )
    card = strategy_card(slug)
    access = Access(card, {name: (lambda value=value: value) for name, value in data.items()})
    load_strategy(card, card.default_params()).fit(access, trainer)
    return trainer


@pytest.mark.parametrize("slug", ["full_fine_tuning", "tradaboost", "lp_ft", "fine_tuned_ensemble"])
def test_as_many_checkpoints_are_proposed_whatever_the_phases(slug):
    """TrAdaBoost proposed 19 where fine-tuning proposed 3: the best of 19 has an advantage."""
    assert len(fitted(slug).validations) == 3


def test_features_that_joint_sparsity_removes_have_no_weight_in_either_head():
    heads = [torch.nn.Conv2d(3, 2, 1), torch.nn.Conv2d(3, 2, 1)]
    with torch.no_grad():
        for head in heads:
            head.weight.copy_(
                torch.tensor([3.0, 0.01, 1.0])[None, :, None, None].expand(2, 3, 1, 1)
            )
    shrink_heads(torch.ones(3), heads, 0.5)
    for head in heads:
        assert (head.weight[:, 1] == 0).all()
        # Rows are (3, 3, 3, 3) and (1, 1, 1, 1), of lengths 6 and 2.
        assert head.weight[0, :, 0, 0].tolist() == pytest.approx([3 * 5.5 / 6, 0, 1.5 / 2])
