"""Selection rules: which of a fit's networks is tested, the primary rule first."""

LAST, SOURCE_VALIDATION, TARGET_VALIDATION = "last", "source_validation", "target_validation"
SELECTION_RULES = (LAST, SOURCE_VALIDATION, TARGET_VALIDATION)
"""The first rule is primary: verdicts are counted under it, the others are secondary.

``last`` takes the final weights and reads no validation label. Source validation tends to choose
the checkpoint that has adapted least; target validation reads labels that no card declares.
"""
VALIDATED_RULES = (SOURCE_VALIDATION, TARGET_VALIDATION)
"""Rules that choose a checkpoint by its validation score."""
PRETRAINED_RULE = LAST
"""The rule whose network of ``source_only`` is adapted by strategies that read source weights."""
PRETRAINING_RULE = SOURCE_VALIDATION
"""Pretraining of source selection chooses its checkpoint on the source, without target labels."""
