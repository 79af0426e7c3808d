"""Baseline: what could be had if every target training subject were labelled."""

from benchmarks.engine.strategies.baselines.target_only import TargetOnly


class Oracle(TargetOnly):
    """Train from random weights; the plan hands it labels for the whole target pool."""
