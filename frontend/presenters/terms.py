"""What a strategy's term adds: its effect against the same training without it."""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.models import Result
from benchmarks.plan.catalog import STRATEGIES

WEAK = 0.05
"""A term whose gradient is a smaller part of the task's is flagged."""


@dataclass(frozen=True)
class TermRow:
    """The term of one strategy at one label count."""

    result: Result

    @property
    def name(self) -> str:
        """Return the strategy's name as its card writes it."""
        card = STRATEGIES.get(self.result.strategy)
        return card.name if card else self.result.strategy

    @property
    def strengths(self) -> str:
        """Return the parameters that scale the term, with their values."""
        found = self.result.detail.get("term", {}).get("strengths", {})
        return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in found.items())

    @property
    def gain_without(self) -> float | None:
        """Return the gain of the same training without the term, from the same baseline."""
        gain: float | None = self.result.detail.get("term", {}).get("gain_without")
        return gain

    @property
    def why_no_share(self) -> str:
        """Return why the term's part of the gradient cannot be measured; empty where it can."""
        card = STRATEGIES.get(self.result.strategy)
        return card.no_gradient_share if card else ""

    @property
    def is_weak(self) -> bool:
        """Return whether the term hardly entered the gradient."""
        share = self.result.term_gradient
        return share is not None and share < WEAK

    @property
    def word(self) -> str:
        """Return in words what the term did, as far as its interval tells."""
        low, high = self.result.term_effect_low, self.result.term_effect_high
        if low is None or high is None:
            reason = self.result.detail.get("term", {}).get("reason")
            return f"not measured: {reason}" if reason else "not measured"
        if low > 0:
            return "the term helps"
        return "the term hurts" if high < 0 else "no effect beyond chance"


def term_rows(results: Iterable[Result]) -> list[TermRow]:
    """Return the terms of the results whose strategy has one, in their order."""
    return [TermRow(result) for result in results if result.detail.get("term")]
