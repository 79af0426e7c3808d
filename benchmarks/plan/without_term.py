"""Which fits control a strategy's term: its own training with the term switched off."""

from dataclasses import asdict

from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.params import Parameter


def without_term(card: StrategyCard) -> tuple[StrategyCard, dict[str, Parameter]]:
    """Return the strategy to train, and its parameters, for ``card`` with its term switched off.

    This is the strategy that the card calls the same without it, if its file is here, so that
    several strategies share the fits; else the strategy itself. Parameters that both have, such as
    a learning rate, keep the values of ``card``.
    """
    own: dict[str, Parameter] = asdict(card.params_at(0.0))
    shared = STRATEGIES.get(card.same_without_term)
    if shared is None:
        return card, own
    known: dict[str, Parameter] = asdict(shared.params_at(0.0))
    return shared, {**known, **{name: own[name] for name in known if name in own}}
