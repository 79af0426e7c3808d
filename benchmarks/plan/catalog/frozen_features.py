"""Parameter sharing across models: the source network's features, another model on top."""

from benchmarks.plan.cards import StrategyCard

CARDS: tuple[StrategyCard, ...] = ()
