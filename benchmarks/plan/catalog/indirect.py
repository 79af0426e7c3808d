"""Symmetric, indirect feature-based strategies: a shared space without comparing features."""

from benchmarks.plan.cards import StrategyCard

CARDS: tuple[StrategyCard, ...] = ()
