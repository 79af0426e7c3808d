"""The source-selection benchmark's answer: tables, choices, stability, cost, in one file."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.engine.methods.transferability.pair import SCORES
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.findings.source_selection.errors import SelectionError
from benchmarks.findings.source_selection.framework import select_sources
from benchmarks.findings.source_selection.measured import Pair, TaskFacts, by_target
from benchmarks.findings.source_selection.questions import answers
from benchmarks.findings.source_selection.stability import stability_row
from benchmarks.findings.source_selection.tables import (
    Design,
    candidates_by_score,
    reproduced_tables,
)

ARTIFACT = "selection.json"
FEATURES = ("source_features", "target_features")
PATHS = (True, False)  # with prior knowledge: Path 1; without: Path 2
Entry = Mapping[str, Any]
Row = dict[str, Any]


def selection(context: StepContext) -> dict[str, Any]:
    """Write ``selection.json``; pairs that failed are left out of it and named with the reason.

    What the file holds is told in docs/source-selection.md.
    """
    fields = context.fields
    entries = [entry for entry in fields["pairs"] if not _failures(context, entry)]
    tasks = {task["name"]: _facts(task) for task in fields["tasks"]}
    pairs = [_pair(context, entry, tasks) for entry in entries]
    design = Design.from_fields(fields["design"])
    tables, left_out = reproduced_tables(pairs, design)
    targets = by_target([pair for pair in pairs if _key(pair) in set(design.selection)])
    content = {
        **{name: fields[name] for name in ("benchmark", "profile", "seeds", "simulated", "rule")},
        "loss": fields["loss"],
        "h_score_inversion": fields["inversion"],
        "tasks": fields["tasks"],
        "targets": [task for task in fields["tasks"] if task["name"] in by_target(pairs)],
        "tables": tables,
        "left_out": left_out,
        "failed": [row for entry in fields["pairs"] for row in _failures(context, entry)],
        "pairs": _pair_rows(context, entries, pairs),
        "selections": list(_each(targets, _selection_row)),
        "stability": list(_each(targets, _stability)),
        "questions": answers(pairs, design),
        "cost": _cost(context, entries, design),
    }
    (context.folder / ARTIFACT).write_text(json.dumps(content, allow_nan=False), encoding="utf-8")
    title = "Source selection: tables, choices, stability, cost"
    return {"artifacts": [{"name": ARTIFACT, "kind": "selection", "title": title}]}


def _key(pair: Pair) -> tuple[str, str]:
    return pair.target.name, pair.source.name


def _facts(task: Mapping[str, Any]) -> TaskFacts:
    return TaskFacts(**task)


def _failures(context: StepContext, entry: Entry) -> list[Row]:
    """Return a row where a step that the pair needs failed."""
    compared = [entry["similarity"], entry["similarity_of_own_masks"]]
    needed = [*entry["tests"], *entry["baseline"], *entry["scores"], *compared]
    reasons = [context.failed[address] for address in needed if address in context.failed]
    about = {"target": entry["target"], "source": entry["source"]}
    return [{**about, "reason": reason} for reason in reasons[:1]]


def _pair(context: StepContext, entry: Entry, tasks: Mapping[str, TaskFacts]) -> Pair:
    rule = context.fields["rule"]
    tested = [context.outputs(address)["rules"][rule]["subjects"] for address in entry["tests"]]
    scored = [context.outputs(address) for address in entry["scores"]]
    compared = context.outputs(entry["similarity"])
    reasons = {name: reason for one in scored for name, reason in one["reasons"].items()}
    if compared["reason"]:
        reasons["roi_similarity"] = compared["reason"]
    return Pair(
        target=tasks[entry["target"]],
        source=tasks[entry["source"]],
        dice=np.array([[subject["dice"] for subject in subjects] for subjects in tested]),
        scores={
            name: np.array(
                [[one["scores"][name], *one["resampled"].get(name, [])] for one in scored],
                dtype=np.float64,  # None becomes NaN
            )
            for name in SCORES
        },
        roi_similarity=compared["roi_similarity"],
        reasons=reasons,
    )


def _pair_rows(context: StepContext, entries: Sequence[Entry], pairs: Sequence[Pair]) -> list[Row]:
    results = _results(context)
    rows = []
    for entry, pair in zip(entries, pairs, strict=True):
        measured = results[entry["scenario"]]
        own = context.outputs(entry["similarity_of_own_masks"])
        rows.append(
            {
                "target": pair.target.name,
                "source": pair.source.name,
                "scenario": entry["scenario"],
                "source_modality": pair.source.modality,
                "source_region": pair.source.region,
                "dice": measured["mean"],
                "low": measured["low"],
                "high": measured["high"],
                "per_seed": measured["detail"]["per_seed"],
                "per_subject": measured["detail"]["per_subject"],
                **{name: measured[name] for name in ("gain", "gain_low", "gain_high", "verdict")},
                **{name: pair.score(name) for name in SCORES},
                "roi_similarity": pair.roi_similarity,
                "roi_similarity_of_own_masks": own["roi_similarity"],
                "reasons": dict(pair.reasons),
            }
        )
    return rows


def _results(context: StepContext) -> dict[str, Row]:
    """Return each scenario's row of Dice after tuning."""
    steps = [s for s in context.parents("compare_sources") if s.address not in context.failed]
    rows = [row for step in steps for row in context.outputs(step.address)["results"]]
    return {row["scenario"]: row for row in rows if row["metric"] == "dice" and row["baseline"]}


def _each(
    targets: Mapping[str, Sequence[Pair]], make: Callable[[Sequence[Pair], str, bool], Row]
) -> Iterator[Row]:
    """Return what ``make`` makes of each target, score and path, or why it could not."""
    for name, group in targets.items():
        for score in SCORES:
            for known in PATHS:
                try:
                    yield make(group, score, known)
                except SelectionError as error:
                    about = {"target": name, "score": score, "prior_knowledge": known}
                    yield {**about, "path": 1 if known else 2, "error": str(error)}


def _selection_row(group: Sequence[Pair], score: str, known: bool) -> Row:  # noqa: FBT001 - a path
    chosen = select_sources(
        group[0].target.as_target(),
        [pair.as_candidate() for pair in group],
        score=score,
        by_modality=known,
        by_roi=known,
    )
    return {"prior_knowledge": known, **chosen.as_json()}


def _stability(group: Sequence[Pair], score: str, known: bool) -> Row:  # noqa: FBT001 - a path
    among = candidates_by_score(group, score, prior_knowledge=known)
    return stability_row(group, score=score, among=list(among), prior_knowledge=known)


def _cost(context: StepContext, entries: Sequence[Entry], design: Design) -> Row:
    """Return the seconds of ranking and of tuning all candidates of Tables IV and V.

    ``by_score`` counts what one score needs: the target's features and itself, for OTCE the
    source's features as well. ``scoring_seconds`` are those of all scores together.
    """
    chosen = [e for e in entries if (e["target"], e["source"]) in set(design.selection)]
    tuned = [context.outputs(address)["cost"] for e in chosen for address in e["tunings"]]
    scored = [context.outputs(address)["seconds"] for e in chosen for address in e["scores"]]
    tuning = sum(cost["train_seconds"] for cost in tuned)
    taken = {name: sum(seconds[name] for seconds in scored) for name in (*FEATURES, *SCORES)}
    needed: dict[str, tuple[str, ...]] = {name: ("target_features", name) for name in SCORES}
    needed["otce"] = (*FEATURES, "otce")
    by_score = {name: sum(taken[part] for part in parts) for name, parts in needed.items()}
    total = sum(taken.values())
    return {
        "pairs": len(scored),
        "scoring_seconds": total,
        "tuning_seconds": tuning,
        "share": total / tuning if tuning else None,
        "seconds": taken,
        "by_score": {
            name: {"seconds": seconds, "share": seconds / tuning if tuning else None}
            for name, seconds in by_score.items()
        },
    }
