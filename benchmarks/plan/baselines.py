"""The strategies that others are measured from or held against, by slug."""

SOURCE_ONLY, TARGET_ONLY, ORACLE = "source_only", "target_only", "oracle"


def baseline_of(n_target: int) -> str:
    """Return the baseline a gain is measured from at ``n_target`` labelled target subjects."""
    return TARGET_ONLY if n_target > 0 else SOURCE_ONLY
