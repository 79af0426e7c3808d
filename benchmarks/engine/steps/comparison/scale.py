"""Reads a scenario's gains on one scale: the gap that they close, the risk that they are none."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.reporting.gap_closed import gap_closed
from benchmarks.engine.reporting.prospects import prospects
from benchmarks.plan.baselines import ORACLE, SOURCE_ONLY
from benchmarks.plan.metrics import METRICS
from benchmarks.plan.result_row import ResultDetail, ResultRow

BOUNDS = (SOURCE_ONLY, ORACLE)
"""No adaptation and all target labels: the ends of the scale on which strategies are read."""


def with_gap_closed(rows: Sequence[ResultRow]) -> list[ResultRow]:
    """Return the rows, those of strategies with the share of the gap to the oracle they close."""
    bounds = {(r.strategy, r.metric, r.selection): r for r in rows if r.strategy in BOUNDS}
    return [
        row
        if row.baseline is None or row.mean is None
        else _closing(row, [bounds.get((name, row.metric, row.selection)) for name in BOUNDS])
        for row in rows
    ]


def _closing(row: ResultRow, bounds: Sequence[ResultRow | None]) -> ResultRow:
    tables = [_scores(bound) for bound in (row, *bounds) if bound is not None]
    if len(tables) != 1 + len(BOUNDS) or len({table.shape for table in tables}) != 1:
        return row
    defined = ~np.isnan(np.stack(tables)).any(axis=(0, 1))
    found = gap_closed(*(table[:, defined] for table in tables))
    if found is None:
        return row
    return replace(
        row, gap_closed=found.share, gap_closed_low=found.low, gap_closed_high=found.high
    )


def with_prospects(rows: Sequence[ResultRow]) -> list[ResultRow]:
    """Return the rows, those with a gain with the probability that it is none; see `prospects`."""
    found = {(r.strategy, r.n_target, r.metric, r.selection): r for r in rows}
    return [
        row
        if row.gain is None or row.baseline is None
        else _with_prospects(
            row, found.get((row.baseline, row.n_target, row.metric, row.selection))
        )
        for row in rows
    ]


def _with_prospects(row: ResultRow, baseline: ResultRow | None) -> ResultRow:
    tables = [_scores(one) for one in (row, baseline) if one is not None]
    if len(tables) < 2 or tables[0].shape != tables[1].shape:
        return row
    gains = tables[0] - tables[1]
    found = prospects(gains[:, ~np.isnan(gains).any(axis=0)])
    if found is None:
        return row
    known = {"false_claim": found.false_claim, "people_needed": found.people_needed}
    detail: ResultDetail = {**row.detail, **known}  # type: ignore[typeddict-item]
    return replace(row, detail=detail)


def _scores(row: ResultRow) -> NDArray[np.float64]:
    """Return (seeds, subjects), higher is better, NaN where a score is not defined."""
    table = np.asarray(row.detail.get("scores", [[]]), dtype=np.float64)
    return METRICS[row.metric].sign * table
