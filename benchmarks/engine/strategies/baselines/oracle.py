"""Baseline: training on all target training subjects, all labelled."""

from benchmarks.engine.strategies.baselines.target_only import TargetOnly


class Oracle(TargetOnly):
    """Train from random weights; the plan provides labels of the whole target pool."""
