"""Published claims in words, for the pages."""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.findings.claims import MIXED, ClaimRow
from benchmarks.findings.false_claims import ALARM
from benchmarks.findings.verdicts import VERDICTS
from frontend.presenters.words import DASH, number, whole

EFFECT = "effect-"


@dataclass(frozen=True)
class ShownClaim:
    """One claim as a row of the page."""

    row: ClaimRow

    @property
    def high(self) -> float | None:
        """Return the largest probability that the claim is false; None where it is unknown."""
        return self.row["false_claim_high"]

    @property
    def risk(self) -> str:
        """Return the probability that the claim is false, as a band."""
        low, high = self.row["false_claim_low"], self.high
        if low is None or high is None:
            return "unknown"
        return (
            _percent(high)
            if _percent(low) == _percent(high)
            else f"{_percent(low)} to {_percent(high)}"
        )

    @property
    def is_doubtful(self) -> bool:
        """Return whether the claim may be false with more than 5%."""
        return (self.high or 0) > ALARM

    @property
    def values(self) -> str:
        """Return both printed means with their standard deviations."""
        pairs = (("better_value", "better_sd"), ("worse_value", "worse_sd"))
        return " against ".join(_value(self.row[v], self.row[sd]) for v, sd in pairs)  # type: ignore[literal-required]

    @property
    def needs(self) -> str:
        """Return how many subjects would settle the claim, in words."""
        if self.row["needs"] is None:
            return DASH
        least = whole(self.row["needs_least"])
        return f"{least} to {whole(self.row['needs'])} subjects would settle this"

    @property
    def recounts(self) -> str:
        """Return whether the table recounts from its rows, in words."""
        return {None: "not recountable", True: "recounts", False: "does not recount"}[
            self.row["recounts"]
        ]

    @property
    def reproduced(self) -> str:
        """Return our verdict in words."""
        verdict = self.row["reproduced"]
        if verdict is None:
            return "not measured"
        return verdict if verdict == MIXED else VERDICTS[verdict].word

    @property
    def effect(self) -> int | None:
        """Return the id of the entered effect; None for a document's comparison."""
        key = self.row["id"]
        return int(key.removeprefix(EFFECT)) if self.row["study"] is not None else None


def shown_claims(rows: Iterable[ClaimRow]) -> list[ShownClaim]:
    """Return the claims as the page shows them, the most doubtful first, unknown risks last."""
    shown = [ShownClaim(row) for row in rows]
    return sorted(shown, key=lambda claim: -1.0 if claim.high is None else claim.high, reverse=True)


def _value(value: float, deviation: float | None) -> str:
    spread = "" if deviation is None else f" (SD {number(deviation)})"
    return f"{number(value)}{spread}"


def _percent(share: float) -> str:
    return "under 1%" if share < 0.01 else f"{100 * share:.0f}%"
