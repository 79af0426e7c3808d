"""Slugs of the baselines and of other reference strategies."""

SOURCE_ONLY, TARGET_ONLY, ORACLE = "source_only", "target_only", "oracle"


def baseline_of(n_target: int) -> str:
    """Return the baseline of gains at ``n_target`` labelled target subjects."""
    return TARGET_ONLY if n_target > 0 else SOURCE_ONLY
