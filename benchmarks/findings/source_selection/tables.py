"""Builds Tables I to VI from measured pairs, with the names and columns of the published ones.

Dice has three decimals and Table I averages printed Dice, as in the paper; similarities and scores
have six, so that different values print differently. A row with a cell that could not be measured
is left out of its table and named in ``left_out``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from benchmarks.findings.source_selection.errors import SelectionError
from benchmarks.findings.source_selection.framework import select_sources
from benchmarks.findings.source_selection.measured import Pair, by_target
from benchmarks.findings.source_selection.stability import TOPS
from reviewdb.common.footrule import FootruleError, footrule_top_k

TABLE_1 = "table1_modality_vs_task"
TABLE_2 = "table2_roi_similarity_same_dataset"
TABLE_3 = "table3_roi_similarity_cross_dataset"
TABLE_4_5 = "table4_5_transferability"
TABLE_6 = "table6_spearman_footrule"
METRICS = {"H-score": "h_score", "OTCE": "otce"}
DICE_DIGITS, DIGITS = 3, 6

Cell = str | int | float | None
Row = Mapping[str, Cell]
Key = tuple[str, str]  # target, source


@dataclass(frozen=True)
class Design:
    """Which pairs, by (target, source), each table shows.

    ``trials`` are the rows of Table I: target, kind of transfer, sources that are averaged.
    """

    trials: tuple[tuple[str, str, tuple[str, ...]], ...]
    same_dataset: tuple[Key, ...]
    cross_dataset: tuple[Key, ...]
    ranked: tuple[Key, ...]


def reproduced_tables(
    pairs: Sequence[Pair], design: Design
) -> tuple[dict[str, list[Row]], list[Row]]:
    """Return the tables by name, and the rows left out with the reason."""
    measured = {(pair.target.name, pair.source.name): pair for pair in pairs}
    left_out: list[Row] = []
    chosen = [measured[key] for key in design.ranked if key in measured]
    tables = {
        TABLE_1: _trials(measured, design, left_out),
        TABLE_2: _similarities(TABLE_2, measured, design.same_dataset, left_out),
        TABLE_3: _similarities(TABLE_3, measured, design.cross_dataset, left_out),
        TABLE_4_5: _scores(measured, design.ranked, left_out),
        TABLE_6: [
            row for group in by_target(chosen).values() for row in _footrules(group, left_out)
        ],
    }
    return tables, left_out


def printed_dice(pair: Pair) -> float:
    """Return the mean Dice as a table prints it."""
    return round(float(pair.dice.mean()), DICE_DIGITS)


def _trials(measured: Mapping[Key, Pair], design: Design, left_out: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for target, kind, sources in design.trials:
        missing = [name for name in sources if (target, name) not in measured]
        if missing:
            _leave_out(left_out, TABLE_1, (target, ";".join(missing)), "it could not be tuned")
            continue
        rows.append(
            {
                "dataset": measured[target, sources[0]].target.dataset,
                "target": target,
                "transfer": kind,
                "sources": ";".join(sources),
                "average_dice": _average(
                    [printed_dice(measured[target, name]) for name in sources]
                ),
            }
        )
    return rows


def _average(values: Sequence[float]) -> float:
    # Decimals, since a mean of two cells often ends in a 5 that a float cannot hold.
    total = sum((Decimal(str(value)) for value in values), Decimal(0))
    return float((total / len(values)).quantize(Decimal("0.001"), ROUND_HALF_UP))


def _similarities(
    table: str, measured: Mapping[Key, Pair], keys: Sequence[Key], left_out: list[Row]
) -> list[Row]:
    rows: list[Row] = []
    for key in keys:
        pair = measured.get(key)
        if pair is None or pair.roi_similarity is None:
            reason = pair.reasons.get("roi_similarity", "") if pair else "it could not be tuned"
            _leave_out(left_out, table, key, reason)
            continue
        row: dict[str, Cell] = {
            "target": key[0],
            "source": key[1],
            "dice": printed_dice(pair),
            "roi_similarity": round(pair.roi_similarity, DIGITS),
        }
        rows.append({"dataset": pair.target.dataset, **row} if table == TABLE_2 else row)
    return rows


def _scores(measured: Mapping[Key, Pair], keys: Sequence[Key], left_out: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for key in keys:
        pair = measured.get(key)
        if pair is None:
            _leave_out(left_out, TABLE_4_5, key, "it could not be tuned")
            continue
        scores = {column: pair.score(column) for column in METRICS.values()}
        if missing := [column for column, value in scores.items() if value is None]:
            _leave_out(left_out, TABLE_4_5, key, pair.reasons.get(missing[0], missing[0]))
            continue
        printed = {column: round(value or 0.0, DIGITS) for column, value in scores.items()}
        rows.append({"target": key[0], "source": key[1], "dice": printed_dice(pair), **printed})
    return rows


def _footrules(pairs: Sequence[Pair], left_out: list[Row]) -> list[Row]:
    """Return the rows of one target."""
    rows: list[Row] = []
    for metric, score in METRICS.items():
        for word, known in (("no", False), ("yes", True)):
            row = {"target": pairs[0].target.name, "metric": metric, "prior_knowledge": word}
            try:
                predicted = candidates_by_score(pairs, score, prior_knowledge=known)
                rows.append({**row, **_cells(pairs, predicted)})
            except (SelectionError, FootruleError) as error:
                left_out.append({"table": TABLE_6, **row, "reason": str(error)})
    return rows


def candidates_by_score(
    pairs: Sequence[Pair], score: str, *, prior_knowledge: bool
) -> dict[str, float]:
    """Return the scores that Path 1 (with prior knowledge) or Path 2 ranks, best first."""
    found = select_sources(
        pairs[0].target.as_target(),
        [pair.as_candidate() for pair in pairs],
        score=score,
        by_modality=prior_knowledge,
        by_roi=prior_knowledge,
    )
    return {o.candidate.name: o.candidate.scores[score] or 0.0 for o in found.ranked}


def _cells(pairs: Sequence[Pair], predicted: Mapping[str, float]) -> dict[str, int]:
    target = pairs[0].target.name
    truth = {pair.source.name: printed_dice(pair) for pair in pairs}
    return {f"top{top}": footrule_top_k(truth, predicted, top, target=target) for top in TOPS}


def _leave_out(left_out: list[Row], table: str, key: Key, reason: str) -> None:
    target, source = key
    left_out.append({"table": table, "target": target, "source": source, "reason": reason})
