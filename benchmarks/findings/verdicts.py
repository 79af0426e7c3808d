"""Word, sign, colour and shape of each verdict, the same in tables and charts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VerdictStyle:
    """A verdict's word, the sign beside it, the tone and Vega's shape of its mark."""

    word: str
    sign: str
    tone: str
    shape: str


VERDICTS = {
    "gain": VerdictStyle("gain", "\u25b2", "#2a9d6f", "triangle-up"),
    "no_difference": VerdictStyle("no difference", "=", "#868e93", "circle"),
    "negative_transfer": VerdictStyle("negative transfer", "\u25bc", "#d0521f", "triangle-down"),
    "failed": VerdictStyle("failed", "\u2715", "#b03a3a", "cross"),
}
PENDING = VerdictStyle("verdict pending", "", "#c9b458", "square")
"""Style of a gain whose verdict waits for the other strategies of its comparison."""
WITHHELD = VerdictStyle("no verdict", "", "#9aa5ab", "square")
"""Style of a gain that has no verdict: too few seeds, a smoke run, or a secondary result."""


def verdict_style(verdict: str | None, withheld: str | None = None) -> VerdictStyle:
    """Return a verdict's style; without one, ``WITHHELD`` where a reason says so, else pending."""
    if not verdict:
        return WITHHELD if withheld else PENDING
    return VERDICTS.get(verdict) or VerdictStyle(
        verdict.replace("_", " "), "", PENDING.tone, PENDING.shape
    )
