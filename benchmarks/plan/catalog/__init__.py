"""The one place where strategies are registered: a card each, no torch needed to read them."""

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

CARDS: tuple[StrategyCard, ...] = (
    *baselines.CARDS,
    *instance.CARDS,
    *asymmetric.CARDS,
    *direct.CARDS,
    *indirect.CARDS,
    *parameter.CARDS,
    *depth.CARDS,
)


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
