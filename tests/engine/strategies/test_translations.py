"""Every asymmetric strategy: only target images are translated, whoever asks its predictor."""

import importlib
from pathlib import Path

import pytest
import torch

from benchmarks.engine.networks import translated
from benchmarks.engine.networks.backbones import Network, UNet
from benchmarks.engine.networks.by_domain import KnowsDomain, asked_about
from benchmarks.plan.catalog import CARDS
from tests.engine.strategies.fits import fitted, slices, source_weights

ASYMMETRIC = [card for card in CARDS if (card.node or "").startswith("feature/asymmetric")]
ONE_WAY = [card for card in ASYMMETRIC if "source_weights" in card.reads]
"""These apply the source network to translated images; the others train on translated images."""


@torch.no_grad()
def images_seen(module, images):
    """Return what each network in ``module`` is given for ``images``."""
    seen = []
    networks = [part for part in module.modules() if isinstance(part, Network)]
    handles = [
        part.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
        for part in networks
    ]
    module(images)
    for handle in handles:
        handle.remove()
    return seen


@pytest.mark.parametrize("card", ASYMMETRIC, ids=lambda card: card.slug)
def test_source_images_reach_the_network_as_they_are(card):
    images = slices(3)[0]
    seen = images_seen(asked_about(fitted(card.slug)[0], "source"), images)
    assert seen
    assert all(torch.equal(given, images) for given in seen)


@pytest.mark.parametrize("card", ONE_WAY, ids=lambda card: card.slug)
def test_the_source_is_answered_by_the_source_network_and_the_target_translated(card):
    predictor, images = fitted(card.slug)[0], slices(3)[0]
    assert isinstance(predictor, KnowsDomain)
    network = UNet(2)
    network.load_state_dict(source_weights())
    # The trainer's networks have another memory format, so that sums are in another order.
    torch.testing.assert_close(asked_about(predictor, "source")(images), network.eval()(images))
    given = images_seen(asked_about(predictor, "target"), images)
    assert len(given) == 1
    assert not torch.equal(given[0], images)
    assert torch.equal(given[0] == 0, images == 0)


def test_whoever_translates_for_prediction_is_filed_as_asymmetric():
    """So that the tests above miss nobody."""
    modules = {card.runner.partition(":")[0]: card for card in CARDS}
    for name, card in modules.items():
        source = Path(importlib.import_module(name).__file__).read_text("utf-8")
        assert translated.__name__ not in source or card in ASYMMETRIC, name
