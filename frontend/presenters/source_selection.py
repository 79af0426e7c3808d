"""Source selection on pages: the reader's choice, and published next to reproduced tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.http import Http404, HttpRequest

from benchmarks.findings.reproduction import PairedCell, PairedTable
from benchmarks.findings.source_selection.questions import ALL
from benchmarks.selectors.source_selection import (
    SourceEvidence,
    command_for,
    source_evidence,
    source_reproduction,
)
from frontend.presenters.context import Context
from frontend.presenters.words import number, plain_number
from frontend.views.current import reader
from reviewdb.common.json_object import JsonObject
from taxonomy.counting.rows import Cell

SWITCHES = {"true": True, "false": False}
PRINTED_DIGITS = {"dice": 3, "average_dice": 3, "roi_similarity": 3, "h_score": 4, "otce": 4}
REPRODUCED_DIGITS = PRINTED_DIGITS | {"roi_similarity": 4}


@dataclass(frozen=True)
class Choice:
    """The reader's choice of target, score and filtering steps."""

    target: str
    score: str
    by_modality: bool
    by_roi: bool


def evidence_in(request: HttpRequest, benchmark: str | None = None) -> SourceEvidence | None:
    """Return the evidence of the run in ``?run=``, else the newest; Http404 for no such run.

    ``benchmark`` is the one that the run must be of, where it matters.
    """
    asked = request.GET.get("run", "")
    if not asked:
        return source_evidence(benchmark=benchmark)
    is_number = asked.isdecimal() and len(asked) < 19
    found = source_evidence(int(asked), benchmark) if is_number else None
    if found is None:
        raise Http404(f"Run {asked} left no source selection.")
    return found


def chosen(request: HttpRequest, evidence: SourceEvidence) -> Choice:
    """Return the choice in the address; Http404, naming the choices, for an unknown value."""
    targets = sorted(evidence.targets, key=lambda name: -len(evidence.pairs(name)))
    return Choice(
        target=_one_of(request, "target", targets),
        score=_one_of(request, "score", evidence.scores),
        by_modality=SWITCHES[_one_of(request, "modality", list(SWITCHES))],
        by_roi=SWITCHES[_one_of(request, "roi", list(SWITCHES))],
    )


def _one_of(request: HttpRequest, name: str, choices: Sequence[str]) -> str:
    value = request.GET.get(name) or choices[0]
    if value not in choices:
        raise Http404(f"{name} {value!r} is not one of: {', '.join(choices)}")
    return value


def reproduction_context(request: HttpRequest, benchmark: str) -> Context:
    """Return what a benchmark's page shows of its newest run, or the command that starts one."""
    evidence = evidence_in(request, benchmark)
    if evidence is None:
        return {"command": command_for(benchmark)}
    found = source_reproduction(evidence, reader(request))
    return {
        "reproduction": found,
        "tables": shown_tables(found["tables"]),
        "questions": by_question(found["questions"], found["questions_left_out"]),
        "borne_out": {
            side: sum(row[side] == row["claimed"] for row in found["statements"])
            for side in ("published", "reproduced")
        },
        "stability": [_stability_row(row) for row in found["stability"]],
        "resampling": next((row for row in found["stability"] if "draws" in row), None),
    }


def _stability_row(row: JsonObject) -> JsonObject:
    """Return the row with how often a random pick of the candidates would be right."""
    if "error" in row:
        return dict(row)
    chance = row["best_is_candidate_share"] / row["candidates"]
    intervals = [row["lost_dice"], row["footrule"]["1"], row["footrule"]["4"]]
    return {**row, "chance": chance, "intervals": intervals}


class ShownCell(TypedDict):
    """A cell with its numbers as text."""

    published: str
    reproduced: str
    has_value: bool
    low: float | None
    high: float | None


class ShownRow(TypedDict):
    """A row of a table: its key cells, then its numbers."""

    key: list[Cell]
    cells: list[ShownCell]


@dataclass(frozen=True)
class ShownTable:
    """One of Tables I to VI with published and reproduced cells as text."""

    title: str
    keys: list[str]
    columns: list[str]
    rows: list[ShownRow]

    @property
    def reproduced(self) -> int:
        """Return how many rows were reproduced."""
        return sum(any(cell["has_value"] for cell in row["cells"]) for row in self.rows)


def shown_tables(tables: Sequence[PairedTable]) -> list[ShownTable]:
    """Return the tables that have rows."""
    return [
        ShownTable(
            title=table["title"],
            keys=list(table["rows"][0]["key"]),
            columns=[cell["column"] for cell in table["rows"][0]["cells"]],
            rows=[
                {"key": list(row["key"].values()), "cells": [_shown(c) for c in row["cells"]]}
                for row in table["rows"]
            ],
        )
        for table in tables
        if table["rows"]
    ]


def _shown(cell: PairedCell) -> ShownCell:
    return {
        "published": _digits(cell["published"], PRINTED_DIGITS.get(cell["column"])),
        "reproduced": _digits(cell["reproduced"], REPRODUCED_DIGITS.get(cell["column"])),
        "has_value": cell["reproduced"] is not None,
        "low": cell["low"],
        "high": cell["high"],
    }


def _digits(value: Cell, digits: int | None) -> str:
    """Return a measured number with fixed digits, and a count as it is."""
    if digits is None or not isinstance(value, float):
        return plain_number(value)
    return number(value, digits)


class QuestionAnswers(TypedDict):
    """A question of the paper: the answer over all cases, those of the cases, cases left out."""

    question: str
    overall: JsonObject | None
    cases: list[JsonObject]
    left_out: list[JsonObject]


def by_question(
    answers: Sequence[JsonObject], left_out: Sequence[JsonObject] = ()
) -> list[QuestionAnswers]:
    """Return each question with its overall answer, those of its cases, and the cases left out."""
    asked = dict.fromkeys(row["question"] for row in (*answers, *left_out))
    found: list[QuestionAnswers] = []
    for question in asked:
        rows = [row for row in answers if row["question"] == question]
        found.append(
            {
                "question": question,
                "overall": next((row for row in rows if row["case"] == ALL), None),
                "cases": [row for row in rows if row["case"] != ALL],
                "left_out": [row for row in left_out if row["question"] == question],
            }
        )
    return found
