"""Selection rules: on whose subjects the checkpoint of a fit is chosen."""

SOURCE_VALIDATION, TARGET_VALIDATION = "source_validation", "target_validation"
SELECTION_RULES = (SOURCE_VALIDATION, TARGET_VALIDATION)
PRETRAINING_RULE = SOURCE_VALIDATION
"""Whoever transfers a network has no target labels yet when choosing its checkpoint."""
