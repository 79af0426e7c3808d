"""Batch norm and domains: one batch for both where they meet, and predictors that know theirs."""

import pytest
import torch
from torch import nn

from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.networks.by_domain import (
    ByDomain,
    asked_about,
    with_own_head,
    with_own_norms,
)
from benchmarks.engine.networks.stored import read_predictor, save_predictor
from benchmarks.engine.networks.translated import IntensityMap, Translated
from benchmarks.engine.running.device import choose_compute
from benchmarks.engine.steps.comparison.embed import features_by_layer
from benchmarks.engine.strategies.shared.both_domains import features_of_both
from benchmarks.engine.training.access import Access, load_strategy
from benchmarks.engine.training.losses import coral_loss, pixels_as_samples
from benchmarks.engine.training.trainer import Trainer, TrainingSettings
from benchmarks.plan.catalog import CARDS, STRATEGIES

BATCH = 4
APART = {"domain_specific_norm"}
"""Its batch norms are the domains' own: that is what it does."""
TRAINING = (None, "feature/symmetric/direct", "feature/symmetric/indirect", "feature/asymmetric")
MEETING = [
    card.slug
    for card in CARDS
    if card.node in TRAINING
    and {"source_labels", "target_images", "simultaneous"} <= set(card.reads)
    and card.slug not in APART
]
"""Whoever trains a network on images of both domains."""

WITHOUT_TARGET_LABELS = (
    "deep_coral",
    "mmd",
    "sliced_wasserstein",
    "mutual_information",
    "average_likelihood",
    "deep_jdot",
    "dann",
    "cdan",
    "entropy_minimisation",
    "advent",
)


def brains(seed, shift=0.0):
    generator = torch.Generator().manual_seed(seed)
    images = torch.zeros(8, 1, 32, 32)
    images[..., 4:28, 4:28] = torch.randn(8, 1, 24, 24, generator=generator) + shift
    return images


def trainer():
    settings = TrainingSettings(
        seed=0,
        width=4,
        batch=BATCH,
        iterations=2,
        checkpoints=1,
        learning_rate=1e-3,
        weight_decay=0.0,
    )
    build = lambda width: UNet(width)  # noqa: E731 - the trainer's builder
    return Trainer(choose_compute("cpu"), settings, build, lambda _: {"last": 0.0}, lambda *_: None)


@pytest.fixture
def data():
    return {
        "source_images": brains(0),
        "source_intensities": brains(0).exp(),
        "source_labels": (brains(1) > 0).byte(),
        "target_images": brains(2, shift=2.0),
        "target_intensities": brains(2, shift=2.0).exp(),
        "target_labels": (brains(3) > 0).byte(),
        "source_weights": UNet(4).state_dict(),
    }


@pytest.fixture
def network():
    torch.manual_seed(0)
    return UNet(4).eval()


@pytest.mark.parametrize("slug", MEETING)
def test_batch_norm_sees_both_domains_together(slug, data):
    card = STRATEGIES[slug]
    seen = []

    def note(module, inputs):
        if module.training and isinstance(module, nn.BatchNorm2d):
            seen.append(len(inputs[0]))

    handle = nn.modules.module.register_module_forward_pre_hook(note)
    try:
        access = Access(card, {name: (lambda value=value: value) for name, value in data.items()})
        load_strategy(card, card.default_params()).fit(access, trainer())
    finally:
        handle.remove()
    assert seen
    assert min(seen) >= 2 * BATCH


@pytest.mark.parametrize("slug", WITHOUT_TARGET_LABELS)
def test_without_its_term_a_strategy_trains_as_on_the_source_alone(slug, data):
    """Target images in the batch change neither the statistics nor the gradient of the task."""

    def fitted(card, params):
        access = Access(card, {name: (lambda value=value: value) for name, value in data.items()})
        fit = trainer()
        load_strategy(card, params).fit(access, fit)
        return fit.best["last"].predictor.state_dict()

    alone = fitted(STRATEGIES["source_only"], STRATEGIES["source_only"].default_params())
    beside = fitted(STRATEGIES[slug], STRATEGIES[slug].params_at(0.0))
    for name, weights in alone.items():
        torch.testing.assert_close(beside[name], weights, rtol=1e-2, atol=1e-3, msg=name)


def test_one_batch_shows_a_difference_that_batch_norm_hides_from_two(network):
    """Target = 3 x source + 2, which normalising each domain by itself undoes but for the edges."""
    network.train()
    source = brains(0)
    target = torch.where(source != 0, 3 * source + 2, 0)
    together = features_of_both(network, source, target)
    apart = [features_of_both(network, images)[0] for images in (source, target)]
    gaps = [
        float(coral_loss(*(pixels_as_samples(found) for found in pair)))
        for pair in (together, apart)
    ]
    assert gaps[0] > 10 * gaps[1]


def test_features_of_both_come_back_in_order(network):
    source, target = brains(0), brains(1)[:3]
    found = features_of_both(network, source, target)
    expected = [network.decode(network.encode(part)) for part in (source, target)]
    for part, alone in zip(found, expected, strict=True):
        torch.testing.assert_close(part, alone)


def test_a_translation_of_target_images_is_not_applied_to_source_images(network):
    shift = IntensityMap(torch.zeros(1), torch.ones(1))
    predictor = Translated(shift, network).eval()
    images = brains(0)
    assert torch.equal(asked_about(predictor, "source")(images), network(images))
    moved = torch.where(images != 0, images + 1, 0)
    assert torch.equal(asked_about(predictor, "target")(images), network(moved))
    assert asked_about(network, "source") is network


def test_feature_spaces_pass_each_domain_as_the_predictor_would_be_asked(network):
    predictor = Translated(IntensityMap(torch.zeros(1), torch.full((1,), 5.0)), network).eval()
    images = {"source": brains(0).unsqueeze(0), "target": brains(1).unsqueeze(0)}
    plain, translated = features_by_layer(network, images), features_by_layer(predictor, images)
    assert set(plain) == {"bottleneck", "last_features"}
    for layer, features in plain.items():
        assert features[:8] == pytest.approx(translated[layer][:8])
        assert features[8:] != pytest.approx(translated[layer][8:])
    inside = brains(0)[:, 0] != 0
    maps = network.decode(network.encode(brains(0)))
    by_hand = torch.stack([m[:, where].mean(dim=1) for m, where in zip(maps, inside, strict=True)])
    assert plain["last_features"][:8] == pytest.approx(by_hand.detach().numpy(), abs=1e-5)


def test_each_domain_has_its_own_head_in_joint_sparsity(data, tmp_path):
    card = STRATEGIES["joint_sparsity"]
    access = Access(card, {name: (lambda value=value: value) for name, value in data.items()})
    used = trainer()
    load_strategy(card, card.default_params()).fit(access, used)
    predictor = used.best["last"].predictor.eval()
    images = brains(4)
    of_source, of_target = (asked_about(predictor, side)(images) for side in ("source", "target"))
    assert not torch.equal(of_source, of_target)
    save_predictor(predictor, tmp_path / "predictor")
    again = read_predictor(tmp_path / "predictor")
    assert torch.equal(asked_about(again, "source")(images), of_source)
    assert torch.equal(asked_about(again, "target")(images), of_target)


def test_networks_of_two_domains_share_all_but_what_is_their_own(network):
    headed, normed = with_own_head(network, nn.Conv2d(4, 2, 1)), with_own_norms(network)
    assert headed.head is not network.head
    assert {id(p) for p in headed.encoder.parameters()} == {
        id(p) for p in network.encoder.parameters()
    }
    for name, part in network.named_modules():
        if any(part.children()):
            continue
        is_own = isinstance(part, nn.BatchNorm2d)
        assert (normed.get_submodule(name) is not part) == is_own, name
    pair = ByDomain(source=network, target=normed)
    images = brains(5)
    assert torch.equal(pair.on("source")(images), pair(images))  # equal until one is trained
