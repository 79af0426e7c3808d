"""A strategy sees what its card declares, and nothing else."""

import pytest
import torch
from torch import nn

from benchmarks.engine.errors import UndeclaredAccessError
from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.running.device import Compute, choose_compute
from benchmarks.engine.running.precision import layers_of_fits
from benchmarks.engine.training.access import Access, load_strategy
from benchmarks.engine.training.trainer import Trainer, TrainingSettings
from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import CARDS
from benchmarks.plan.params import NoParams

DATA = ("source_images", "source_labels", "target_images", "target_labels", "source_weights")
INTENSITIES = {"source_intensities": "source_images", "target_intensities": "target_images"}
SUPPLIERS = {name: (lambda: torch.zeros(1)) for name in (*DATA, *INTENSITIES)}


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.slug)
@pytest.mark.parametrize("name", DATA)
def test_only_declared_data_can_be_read(card, name):
    access = Access(card, SUPPLIERS)
    if name in card.reads:
        assert getattr(access, name) is not None
    else:
        with pytest.raises(UndeclaredAccessError, match=f"{card.slug} reads {name}"):
            getattr(access, name)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.slug)
@pytest.mark.parametrize(("name", "declaration"), INTENSITIES.items())
def test_intensities_can_be_read_where_their_images_can(card, name, declaration):
    access = Access(card, SUPPLIERS)
    if declaration in card.reads:
        assert getattr(access, name) is not None
    else:
        with pytest.raises(UndeclaredAccessError, match=f"{card.slug} reads {name}"):
            getattr(access, name)


def noise(seed):
    """Return slices that differ: no kernel has a width where all images are equal."""
    return torch.randn(8, 1, 32, 32, generator=torch.Generator().manual_seed(seed))


DATA_OF_ANY_FIT = {
    "source_images": noise(0),
    "source_labels": (noise(1) > 0).byte(),
    "target_images": noise(2),
    "source_intensities": noise(0).exp(),
    "target_intensities": noise(2).exp(),
    "target_labels": (noise(3) > 0).byte(),
    "source_weights": UNet(4).state_dict(),
}


class Recorder:
    """Data that remembers being asked for and then ends the fit."""

    def __init__(self):
        self.asked = []

    def supplier(self, name):
        def supply():
            self.asked.append(name)
            return DATA_OF_ANY_FIT[name]

        return supply


class Bystander(Trainer):
    """A trainer that gives networks of the right kind and never trains."""

    def __init__(self):
        settings = TrainingSettings(
            seed=0,
            width=4,
            batch=2,
            iterations=2,
            checkpoints=1,
            learning_rate=1e-3,
            weight_decay=0.0,
        )
        super().__init__(
            compute=choose_compute("cpu"),
            settings=settings,
            build=UNet,
            validate=lambda _: {},
            on_progress=lambda *_: None,
        )
        self.trained = []

    def new_network(self, weights=None):
        return super().new_network()

    def optimise(self, network, objective, *, own_modules=(), **options):
        self.trained += [network, *own_modules]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.slug)
def test_a_strategy_reads_all_that_its_card_declares_and_no_more(card):
    recorder = Recorder()
    access = Access(card, {name: recorder.supplier(name) for name in DATA_OF_ANY_FIT})
    trainer = Bystander()
    load_strategy(card, card.default_params()).fit(access, trainer)
    asked = {INTENSITIES.get(name, name) for name in recorder.asked}
    assert asked == set(card.reads) & set(DATA)
    assert descriptions_of_layers(trainer.trained) <= descriptions_of_checked_layers(card)


def descriptions_of_layers(modules):
    leaves = (part for module in modules for part in module.modules() if not any(part.children()))
    return {repr(leaf) for leaf in leaves if isinstance(leaf, nn.Conv2d | nn.ConvTranspose2d)}


def descriptions_of_checked_layers(card):
    """Return the layers that a run checks the arithmetic of, for a plan with this strategy."""
    params = card.default_params().__dict__
    fields = {"task": "segmentation", "strategy": card.slug, "params": params}
    compute = Compute(torch.device("cpu"), torch.bfloat16)
    uses = layers_of_fits([{**fields, "width": 4, "batch": 2}], 32, compute)
    return {use.description for use in uses}


def card_reading(*reads):
    return StrategyCard(
        slug="probe",
        name="Probe",
        node=None,
        reads=reads,
        params=NoParams,
        runner="",
        paper="",
        summary="",
    )


def test_without_simultaneous_access_the_source_closes_when_the_target_opens():
    access = Access(card_reading("source_images", "target_images"), SUPPLIERS)
    assert access.source_images is not None
    assert access.target_images is not None
    with pytest.raises(UndeclaredAccessError, match="simultaneous"):
        access.source_images  # noqa: B018 - reading is the act under test


@pytest.mark.parametrize(
    ("reads", "setting", "privacy"),
    [
        (("source_weights", "target_images", "target_labels"), "inductive", "source model only"),
        (
            ("source_images", "source_labels", "target_images", "simultaneous"),
            "transductive",
            "source and target data in one place",
        ),
        (("source_images", "target_images"), "unsupervised", "one after the other"),
        (
            ("source_images", "target_images", "target_labels", "federated"),
            "inductive",
            "stay at their sites",
        ),
    ],
)
def test_label_setting_and_privacy_follow_from_the_card(reads, setting, privacy):
    card = card_reading(*reads)
    assert card.label_setting == setting
    assert privacy in card.privacy
