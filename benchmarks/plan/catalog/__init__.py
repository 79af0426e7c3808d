"""The catalog of strategies that can be run: cards whose strategy's file exists.

Families are listed here, strategies in their family's file, and nowhere else. It imports no torch.
"""

from collections.abc import Iterable
from importlib.util import find_spec

from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import (
    asymmetric,
    baselines,
    depth,
    direct,
    indirect,
    instance,
    parameter,
)
from benchmarks.plan.errors import unknown


def _here(cards: Iterable[StrategyCard]) -> tuple[StrategyCard, ...]:
    """Return the cards whose file is here: a strategy whose file was taken away is none."""
    return tuple(card for card in cards if find_spec(card.runner.partition(":")[0]) is not None)


WRITTEN: tuple[StrategyCard, ...] = (
    *baselines.CARDS,
    *instance.CARDS,
    *asymmetric.CARDS,
    *direct.CARDS,
    *indirect.CARDS,
    *parameter.CARDS,
    *depth.CARDS,
)
"""All cards, those without a strategy too."""
CARDS = _here(WRITTEN)


def _by_slug(cards: tuple[StrategyCard, ...]) -> dict[str, StrategyCard]:
    table = {card.slug: card for card in cards}
    if len(table) != len(cards):
        message = "two strategy cards share a slug"
        raise ValueError(message)
    return table


STRATEGIES = _by_slug(CARDS)


def strategy_card(slug: str) -> StrategyCard:
    """Return the card; raises PlanError with the choices for an unknown slug."""
    try:
        return STRATEGIES[slug]
    except KeyError:
        raise unknown("strategy", slug, sorted(STRATEGIES)) from None
