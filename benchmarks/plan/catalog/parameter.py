"""Parameter-based strategies, of three families: prior sharing, one model, multiple models."""

from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import multiple_models, one_model, prior_sharing

CARDS: tuple[StrategyCard, ...] = (
    *prior_sharing.CARDS,
    *one_model.CARDS,
    *multiple_models.CARDS,
)
