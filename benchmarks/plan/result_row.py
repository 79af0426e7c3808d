"""The only definition of a result's columns, in the order in which they are shown.

A new column is a field here, a field of the model, and a migration. The engine emits, recording
stores, and API and files show the fields of this class.
"""

from dataclasses import dataclass, field, fields
from typing import TypedDict

from reviewdb.common.json_object import JsonObject


class Forgetting(TypedDict):
    """The main metric on the source before and after adaptation; positive is forgotten."""

    metric: str
    source_before: float
    source_after: float
    forgetting: float


class ResultDetail(TypedDict, total=False):
    """What a page shows of a result besides its columns; ``reason`` says why a row failed."""

    reason: str
    per_subject: list[float]
    per_seed: list[float]
    cost: dict[str, float | None]
    forgetting: Forgetting | None
    p_value: float
    gain_per_subject: list[float]
    p_value_holm: float


@dataclass(frozen=True, kw_only=True)
class ResultRow:
    """A strategy in a scenario at a number of labelled subjects, in one metric under one rule.

    ``selection`` is the rule that chose the checkpoint. ``gain`` is in units of the metric;
    positive is better. ``verdict`` is None for baselines and until it is decided. Fields marked as
    ``cell`` identify a value within its run.
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
    verdict: str | None = None
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


FAILED = "failed"
COLUMNS = tuple(column.name for column in fields(ResultRow))
CELL = tuple(column.name for column in fields(ResultRow) if column.metadata.get("cell"))
DETAIL, NODE = "detail", "node"
SHOWN = tuple(name for name in COLUMNS if name != DETAIL)
"""Columns in lists and files; only pages read ``detail``."""
MEASURED = tuple(name for name in COLUMNS if name not in (*CELL, NODE))
"""Columns that a later event about the same cell replaces."""
EMPTY = ("mean", "low", "high", "gain", "gain_low", "gain_high")
"""Columns without a value in a failed row."""
