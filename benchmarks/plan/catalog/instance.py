"""Instance-based strategies: source images are weighted or selected."""

from benchmarks.plan.cards import StrategyCard

CARDS: tuple[StrategyCard, ...] = ()
