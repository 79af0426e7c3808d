"""The only definition of a result's columns, in the order in which they are shown.

A new column is a field here, a field of the model, and a migration. The engine emits, recording
stores, and API and files show the fields of this class.
"""

from dataclasses import dataclass, field, fields
from typing import TypedDict

from reviewdb.common.json_object import JsonObject


class Forgetting(TypedDict):
    """The main metric on the source before and after adaptation; positive is forgotten.

    ``adapts`` says whether the network before is the one that the strategy adapted; else it is that
    of ``source_only``, and the strategy trained its own.
    """

    metric: str
    adapts: bool
    source_before: float
    source_after: float
    forgetting: float


class TermDetail(TypedDict, total=False):
    """What is known of a strategy's term besides its effect.

    ``strengths`` are the parameters that scale it. ``mean_without`` and ``gain_without`` are those
    of the same training without it. ``reason`` says why the control is missing.
    """

    strengths: dict[str, float]
    mean_without: float
    gain_without: float
    reason: str


class SiteMean(TypedDict):
    """The mean over the people of one site; None where the metric is defined for nobody there."""

    site: str
    people: int
    mean: float | None


class ResultDetail(TypedDict, total=False):
    """What a page shows of a result besides its columns; ``reason`` says why a row failed.

    ``scores`` is (seeds, subjects), None where the metric is not defined for a subject.
    ``left_out`` counts those subjects. ``false_claim`` is the probability that the gain has the
    other sign, ``people_needed`` how many test people would settle it (None: no number would).
    ``p_value``, ``standard_error`` and ``degrees_of_freedom`` are of the gain; ``compared`` is the
    size of the family that ``p_value_holm`` is corrected for.
    ``labelled_people`` counts all target people whose labels were read before the test: those of
    ``n_target``, and those whose labels chose the checkpoint.
    Where test people are of several sites, ``sites`` has the mean of each, and ``worst_site`` names
    the one with the worst: secondary, and no verdict is on it. An AUC has none, since a person's
    share in it is a rank among the people of all sites.
    In a cross-validation by person, ``folds`` is how many folds there were, ``people`` names who
    was tested, in the order of ``per_subject``, and ``near_copies`` counts the groups of people
    whose images are near copies.
    """

    reason: str
    labelled_people: int
    scores: list[list[float | None]]
    left_out: int
    per_subject: list[float | None]
    per_seed: list[float]
    cost: dict[str, float | None]
    forgetting: Forgetting | None
    term: TermDetail
    p_value: float
    standard_error: float
    degrees_of_freedom: float
    gain_per_subject: list[float]
    p_value_holm: float
    compared: int
    false_claim: float
    people_needed: int | None
    folds: int
    people: list[str]
    near_copies: int
    sites: list[SiteMean]
    worst_site: str


@dataclass(frozen=True, kw_only=True)
class ResultRow:
    """A strategy in a scenario at a number of labelled subjects, in one metric under one rule.

    ``selection`` is the rule that chose the checkpoint. ``gain`` is in units of the metric;
    positive is better. ``term_effect`` is what the strategy's term adds, in the same units: the
    strategy compared with its own training without the term. ``term_gradient`` is the norm of the
    term's gradient over the task's, the median over the training. ``gap_closed`` is the share of
    the gap between no adaptation (0) and the oracle (1), None where there is no clear gap.
    ``verdict`` is None for baselines, until it is decided, and where it is withheld: ``withheld``
    then says why, also that a result is secondary. ``detectable`` is the smallest gain that its
    test would have found in four of five repetitions. Fields marked as ``cell`` identify a value
    within its run.
    """

    scenario: str = field(metadata={"cell": True})
    strategy: str = field(metadata={"cell": True})
    node: str | None = None
    n_target: int = field(metadata={"cell": True})
    metric: str = field(metadata={"cell": True})
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    baseline: str | None = None
    gain: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    gap_closed: float | None = None
    gap_closed_low: float | None = None
    gap_closed_high: float | None = None
    term_effect: float | None = None
    term_effect_low: float | None = None
    term_effect_high: float | None = None
    term_gradient: float | None = None
    verdict: str | None = None
    withheld: str | None = None
    detectable: float | None = None
    selection: str = field(metadata={"cell": True})
    seeds: int
    simulated: bool
    detail: ResultDetail = field(default_factory=ResultDetail)

    @classmethod
    def of(cls, values: JsonObject) -> "ResultRow":
        """Return the row made from a mapping with these columns."""
        return cls(**{name: values[name] for name in COLUMNS if name in values})

    def as_json(self) -> JsonObject:
        """Return the row as the engine emits it."""
        return {name: getattr(self, name) for name in COLUMNS}


def worst_site(detail: ResultDetail) -> SiteMean | None:
    """Return the site that the detail names as the worst; None where it names none."""
    name = detail.get("worst_site")
    return next((one for one in detail.get("sites", []) if one["site"] == name), None)


FAILED = "failed"
COLUMNS = tuple(column.name for column in fields(ResultRow))
CELL = tuple(column.name for column in fields(ResultRow) if column.metadata.get("cell"))
DETAIL, NODE = "detail", "node"
SHOWN = tuple(name for name in COLUMNS if name != DETAIL)
"""Columns in lists and files; of ``detail`` they have what WORST_SITE names."""
WORST_SITE = ("worst_site", "worst_site_people", "worst_site_mean")
"""Read from ``detail`` by lists and files, after the columns; null where no site is the worst."""
MEASURED = tuple(name for name in COLUMNS if name not in (*CELL, NODE))
"""Columns that a later event about the same cell replaces."""
TERM = ("term_effect", "term_effect_low", "term_effect_high", "term_gradient")
EMPTY = (
    "mean", "low", "high", "gain", "gain_low", "gain_high", "gap_closed", "gap_closed_low",
    "gap_closed_high", "detectable", *TERM,
)  # fmt: skip
"""Columns without a value in a failed row."""
