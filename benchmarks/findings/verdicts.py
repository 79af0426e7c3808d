"""How verdicts look: word, sign, colour and shape of each, in tables as in charts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """A verdict's word, the sign beside it, the tone and Vega's shape of its mark."""

    word: str
    sign: str
    tone: str
    shape: str


VERDICTS = {
    "gain": Look("gain", "\u25b2", "#2a9d6f", "triangle-up"),
    "no_difference": Look("no difference", "=", "#868e93", "circle"),
    "negative_transfer": Look("negative transfer", "\u25bc", "#d0521f", "triangle-down"),
    "failed": Look("failed", "\u2715", "#b03a3a", "cross"),
}
PENDING = Look("verdict pending", "", "#c9b458", "square")
"""Of a gain that was measured before all strategies it is compared with."""


def verdict_look(verdict: str | None) -> Look:
    """Return how a verdict looks, one still to come included."""
    if not verdict:
        return PENDING
    return VERDICTS.get(verdict) or Look(verdict.replace("_", " "), "", PENDING.tone, PENDING.shape)
