"""Limits of strategies: under which conditions a strategy cannot run, and why."""

from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """A condition of a scenario that some strategies cannot meet."""

    NEW_TASK = "new_task"
    """The target's labels have another meaning than the source's."""
    ONE_ANSWER = "one_answer"
    """Each slice has one label, a diagnosis or a number, instead of one per pixel."""
    REGRESSION = "regression"
    """The label is a number: there are no classes."""
    PUBLISHED_WEIGHTS = "published_weights"
    """The source is a network trained on photographs, without its data and for other classes."""
    NEW_DECODER = "new_decoder"
    """The decoder between the source's encoder and the head starts from random weights."""


@dataclass(frozen=True)
class Limit:
    """A condition under which a strategy is not run, and the reason as a sentence."""

    condition: Condition
    reason: str


@dataclass(frozen=True)
class ProfileLimit:
    """Profiles at which a strategy is not run, and the reason as a sentence."""

    profiles: tuple[str, ...]
    reason: str


NO_TARGET_LABELS = Limit(Condition.NEW_TASK, "Without target labels the target task is unknown.")
READS_SOURCE_IMAGES = Limit(
    Condition.PUBLISHED_WEIGHTS,
    "It reads source images, but ImageNet's images are not available and show no brains.",
)
"""These two follow from ``reads`` on a card; the others are stated on the cards."""
NEEDS_SOURCE_PREDICTIONS = Limit(
    Condition.PUBLISHED_WEIGHTS,
    "It uses predictions of the source network, which are ImageNet's classes.",
)
KEEPS_A_HEAD = Limit(
    Condition.PUBLISHED_WEIGHTS, "It keeps the source network's head, but here every head is new."
)
KEEPS_A_DECODER = Limit(
    Condition.NEW_DECODER,
    "It freezes all but the last layers, and so a new, untrained decoder.",
)
