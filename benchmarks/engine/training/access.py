"""Access to a fit's data, limited to what the strategy's card declares."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.engine.errors import UndeclaredAccessError
from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.cards import StrategyCard

Supplier = Callable[[], Any]
People = NDArray[np.int_]
Applied = tuple[nn.Module, Tensor]
"""A module, and the tensor it is applied to."""
MAY_RETURN = frozenset({"simultaneous", "federated"})
"""Declarations with which the source may be read after the target."""


class Access:
    """The data of one fit, restricted by the strategy's declarations.

    Reading what the card does not declare raises UndeclaredAccessError. Without ``simultaneous``,
    source images and labels cannot be read after the first reading of the target. A ``federated``
    strategy may alternate between the sites; that it transfers only weights is not checked.
    """

    def __init__(self, card: StrategyCard, suppliers: Mapping[str, Supplier]) -> None:
        self._card = card
        self._suppliers = suppliers
        self._is_target_open = False

    def _read(self, name: str, *, of: str = "") -> Any:
        """Return what the supplier of ``name`` returns; ``of`` is what must be declared for it."""
        self._open(name, of or name)
        return self._suppliers[name]()

    def _open(self, name: str, declared: str = "") -> None:
        if (declared or name) not in self._card.reads:
            message = f"strategy {self._card.slug} reads {name}, which its card does not declare"
            raise UndeclaredAccessError(message)
        if name.startswith("target_"):
            self._is_target_open = True
        elif name != "source_weights":
            self._check_still_open(name)

    def _people(self, side: str) -> People | None:
        self._open(f"{side}_images")
        supply = self._suppliers.get(f"{side}_people")
        return None if supply is None else supply()

    def _check_still_open(self, name: str) -> None:
        if self._is_target_open and MAY_RETURN.isdisjoint(self._card.reads):
            message = (
                f"strategy {self._card.slug} reads {name} after target data, "
                "but its card does not declare simultaneous access"
            )
            raise UndeclaredAccessError(message)

    @property
    def source_images(self) -> Tensor:
        """Return the source training slices, (slices, 1, height, width)."""
        images: Tensor = self._read("source_images")
        return images

    @property
    def source_intensities(self) -> Tensor:
        """Return the intensities of ``source_images``: not negative, before standardising.

        A change that a scanner could cause is made on these; ``standardised_as`` in
        ``methods/appearance/intensities.py`` turns the changed slices into images. A card that
        declares ``source_images`` may read them.
        """
        intensities: Tensor = self._read("source_intensities", of="source_images")
        return intensities

    @property
    def source_labels(self) -> Tensor:
        """Return the source training labels, (slices, 1, height, width) with 0 and 1."""
        labels: Tensor = self._read("source_labels")
        return labels

    @property
    def target_images(self) -> Tensor:
        """Return target training slices, of labelled subjects only if the card reads labels."""
        images: Tensor = self._read("target_images")
        return images

    @property
    def target_intensities(self) -> Tensor:
        """Return the intensities of ``target_images``, as ``source_intensities``."""
        intensities: Tensor = self._read("target_intensities", of="target_images")
        return intensities

    @property
    def target_labels(self) -> Tensor:
        """Return the labels of ``target_images``, (slices, 1, height, width) with 0 and 1."""
        labels: Tensor = self._read("target_labels")
        return labels

    @property
    def source_people(self) -> People | None:
        """Return whose slices ``source_images`` are, (slices,) on the CPU; None: not known."""
        return self._people("source")

    @property
    def target_people(self) -> People | None:
        """Return whose slices ``target_images`` are, (slices,) on the CPU; None: not known."""
        return self._people("target")

    @property
    def source_weights(self) -> dict[str, Tensor]:
        """Return the state dict of the network trained on the source."""
        weights: dict[str, Tensor] = self._read("source_weights")
        return weights


def check_adaptation(card: StrategyCard, predictor: nn.Module) -> None:
    """Raise UndeclaredAccessError if it adapts to test people and its card does not say so."""
    if getattr(predictor, "adapts_to_each_subject", False) and "test_images" not in card.reads:
        message = f"strategy {card.slug} adapts to test_images, which its card does not declare"
        raise UndeclaredAccessError(message)


class Strategy(Protocol):
    """Runnable code of one taxonomy node, built from its parameters."""

    def __init__(self, params: Any) -> None: ...

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train through ``trainer``, which keeps the checkpoint of each selection rule."""


class BringsLayers(Strategy, Protocol):
    """A strategy that trains additional modules; its card declares ``has_own_layers``."""

    def own_layers(self, network: Network, images: Tensor, features: Tensor) -> list[Applied]:
        """Return these modules, each with the tensor it is applied to.

        ``images`` is a batch, ``features`` are the network's decoded features of it. Both are on
        the meta device, without values.
        """


def bringing(strategy: Strategy) -> BringsLayers:
    """Return a strategy whose card declares ``has_own_layers``, typed as one that lists them."""
    return cast("BringsLayers", strategy)


def load_strategy(card: StrategyCard, params: Any) -> Strategy:
    """Return the card's strategy, imported on first use."""
    module, _, name = card.runner.partition(":")
    strategy: Strategy = getattr(import_module(module), name)(params)
    return strategy
