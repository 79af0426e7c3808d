"""What a strategy cannot do, and why: said on its card, read by the scenarios."""

from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """What a scenario may ask of a strategy beyond the usual."""

    NEW_TASK = "new_task"
    """The target's labels mean something else than the source's."""
    ONE_ANSWER = "one_answer"
    """Each slice has one answer, a diagnosis or a number, where a region has one a pixel."""
    REGRESSION = "regression"
    """The answer is a number: there are no classes."""
    PUBLISHED_WEIGHTS = "published_weights"
    """The source is a network trained on photographs: neither its data nor its answers are here."""
    NEW_DECODER = "new_decoder"
    """What lies between the source's encoder and the head starts from random weights."""


@dataclass(frozen=True)
class Limit:
    """A condition under which a strategy is not run, and the reason as a sentence."""

    condition: Condition
    reason: str


NO_TARGET_LABELS = Limit(
    Condition.NEW_TASK, "Without target labels nothing says what the target task is."
)
READS_SOURCE_IMAGES = Limit(
    Condition.PUBLISHED_WEIGHTS,
    "It reads source images: those of ImageNet are not here, and brains are not among them.",
)
"""These two follow from what a card reads; the others are written on the cards."""
ASKS_THE_SOURCE = Limit(
    Condition.PUBLISHED_WEIGHTS,
    "It asks the source network for answers, and what that can name are ImageNet's classes.",
)
KEEPS_A_HEAD = Limit(
    Condition.PUBLISHED_WEIGHTS, "It keeps a head as it is; here every head is new."
)
KEEPS_A_DECODER = Limit(
    Condition.NEW_DECODER,
    "It keeps what lies before the last layers, and with it a decoder that is new.",
)
