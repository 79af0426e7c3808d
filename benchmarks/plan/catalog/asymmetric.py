"""Asymmetric feature-based strategies: one domain is transformed into the other's space."""

from benchmarks.plan.cards import StrategyCard

CARDS: tuple[StrategyCard, ...] = ()
