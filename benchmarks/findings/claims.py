"""A published claim on trial: how likely it is false, what would settle it, what we measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from benchmarks.findings.false_claims import (
    PLAUSIBLE,
    Band,
    Compared,
    false_accuracy_claim_band,
    false_claim_band,
    subjects_needed,
)

ACCURACY = "accuracy"
MIXED = "mixed"


class ClaimRow(TypedDict):
    """A claim as API and page show it.

    ``published`` is the printed difference, positive where it agrees with the claim. ``needs`` is
    the number of subjects that would settle a difference of this size even if the two methods'
    scores did not correlate, ``needs_least`` if they were near twins; ``note`` says why a number
    is missing. ``reproduced`` is our verdict about the better method's node, in the tasks' main
    metrics: one of the verdicts, ``mixed``, or null where nothing was measured.
    """

    id: str
    claim: str
    study: int | None
    document: str | None
    better: str
    worse: str
    metric: str
    published: float
    better_value: float
    worse_value: float
    better_sd: float | None
    worse_sd: float | None
    subjects: int | None
    sites: int | None
    recounts: bool | None
    false_claim_low: float | None
    false_claim_high: float | None
    needs: int | None
    needs_least: int | None
    note: str
    node: str | None
    reproduced: str | None
    verdicts: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A claim as it is published, and our verdicts about its node by count."""

    key: str
    claim: str
    better: str
    worse: str
    metric: str
    better_value: float
    worse_value: float
    is_higher_better: bool = True
    better_sd: float | None = None
    worse_sd: float | None = None
    subjects: int | None = None
    sites: int | None = None
    recounts: bool | None = None
    study: int | None = None
    document: str | None = None
    node: str | None = None
    verdicts: Mapping[str, int]

    @property
    def difference(self) -> float:
        """Return better minus worse in the metric's good direction."""
        sign = 1 if self.is_higher_better else -1
        # Fifteen digits drop the noise of binary fractions: 0.821 - 0.755 is 0.066.
        return float(f"{sign * (self.better_value - self.worse_value):.15g}")

    @property
    def compared(self) -> Compared | None:
        """Return the comparison for the formulas; None where spread or size is not printed."""
        if self.better_sd is None or self.worse_sd is None or (self.subjects or 0) < 2:
            return None
        return Compared(self.difference, self.better_sd, self.worse_sd, self.subjects or 0)

    @property
    def is_accuracy(self) -> bool:
        """Return whether both values are shares of subjects judged right."""
        values = (self.better_value, self.worse_value)
        return self.metric.strip().lower() == ACCURACY and all(0 <= v <= 1 for v in values)


def claim_row(claim: Claim) -> ClaimRow:
    """Return the claim's row."""
    band = _band(claim)
    least, most = _needs(claim)
    return {
        "id": claim.key,
        "claim": claim.claim,
        "study": claim.study,
        "document": claim.document,
        "better": claim.better,
        "worse": claim.worse,
        "metric": claim.metric,
        "published": round(claim.difference, 12),
        "better_value": claim.better_value,
        "worse_value": claim.worse_value,
        "better_sd": claim.better_sd,
        "worse_sd": claim.worse_sd,
        "subjects": claim.subjects,
        "sites": claim.sites,
        "recounts": claim.recounts,
        "false_claim_low": band.low if band else None,
        "false_claim_high": band.high if band else None,
        "needs": most,
        "needs_least": least,
        "note": _note(claim, band),
        "node": claim.node,
        "reproduced": reproduced(claim.verdicts),
        "verdicts": dict(claim.verdicts),
    }


def reproduced(verdicts: Mapping[str, int]) -> str | None:
    """Return the one verdict that all comparisons share, else ``mixed``; None without any."""
    found = [verdict for verdict, count in verdicts.items() if verdict and count]
    if not found:
        return None
    return found[0] if len(found) == 1 else MIXED


def _band(claim: Claim) -> Band | None:
    if claim.compared:
        return false_claim_band(claim.compared)
    if claim.is_accuracy and (claim.subjects or 0) > 1:
        values = claim.better_value, claim.worse_value
        return false_accuracy_claim_band(*values, claim.subjects or 0)
    return None


def _needs(claim: Claim) -> tuple[int | None, int | None]:
    if claim.compared is None or claim.difference <= 0:
        return None, None
    apart, twins = (claim.compared.spread(correlation) for correlation in PLAUSIBLE)
    return subjects_needed(claim.difference, twins), subjects_needed(claim.difference, apart)


def _note(claim: Claim, band: Band | None) -> str:
    if claim.difference <= 0:
        return "the printed numbers do not favour the method that is said to be better"
    if band is not None:
        return ""
    missing = [
        word
        for word, is_there in (
            ("no standard deviation", None not in (claim.better_sd, claim.worse_sd)),
            ("no number of test subjects", (claim.subjects or 0) > 1),
        )
        if not is_there
    ]
    return f"the source prints {' and '.join(missing)}, so that the risk is unknown"
