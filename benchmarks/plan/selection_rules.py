"""Selection rules: on which validation subjects a fit's checkpoint is chosen."""

SOURCE_VALIDATION, TARGET_VALIDATION = "source_validation", "target_validation"
SELECTION_RULES = (SOURCE_VALIDATION, TARGET_VALIDATION)
PRETRAINING_RULE = SOURCE_VALIDATION
"""Pretraining chooses its checkpoint on the source, because target labels are not known yet."""
