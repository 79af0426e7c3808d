"""The source-selection benchmark's results in one file: tables, choices, stability, cost."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict

import numpy as np

from benchmarks.engine.methods.transferability.pair import SCORES
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import (
    FilesOutputs,
    FitOutputs,
    ResultsOutputs,
    TestOutputs,
)
from benchmarks.engine.steps.source_selection.outputs import (
    SimilarityOutputs,
    TransferabilityOutputs,
)
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
from benchmarks.plan.profiles import TEST_PROFILES
from benchmarks.plan.protocols.source_selection.steps import MeasuredPair, SourceTablesStep
from benchmarks.plan.verdict_rules import SHARED_PEOPLE, SMOKE_RUN
from reviewdb.common.json_object import JsonObject

ARTIFACT = "source_selection.json"
FEATURES = ("source_features", "target_features")
PATHS = (True, False)  # with prior knowledge: Path 1; without: Path 2
Row = JsonObject


def source_tables(context: StepContext[SourceTablesStep]) -> FilesOutputs:
    """Write ``source_selection.json``; failed pairs are left out and listed with the reason.

    The file is described in docs/source-selection.md.
    """
    step = context.step
    entries = [entry for entry in step.pairs if not _failures(context, entry)]
    tasks = {task.name: TaskFacts(**asdict(task)) for task in step.tasks}
    pairs = [_pair(context, entry, tasks) for entry in entries]
    design = Design(**vars(step.design))
    tables, left_out = reproduced_tables(pairs, design)
    asked = answers(pairs, design, withheld=_withheld(context))
    targets = by_target([pair for pair in pairs if _key(pair) in set(design.ranked)])
    described = [asdict(task) for task in step.tasks]
    content = {
        "benchmark": step.benchmark,
        "profile": step.profile,
        "seeds": step.seeds,
        "simulated": step.simulated,
        "rule": step.rule,
        "loss": step.loss,
        "h_score_inversion": step.inversion,
        "tasks": described,
        "targets": [task for task in described if task["name"] in by_target(pairs)],
        "tables": tables,
        "left_out": left_out,
        "failed": [row for entry in step.pairs for row in _failures(context, entry)],
        "pairs": _pair_rows(context, entries, pairs),
        "selections": list(_each(targets, _selection_row)),
        "stability": list(_each(targets, _stability)),
        "questions": asked.found,
        "questions_left_out": asked.left_out,
        "cost": _cost(context, entries, design),
    }
    (context.folder / ARTIFACT).write_text(json.dumps(content, allow_nan=False), encoding="utf-8")
    title = "Source selection: tables, choices, stability, cost"
    return {"artifacts": [{"name": ARTIFACT, "kind": "source_selection", "title": title}]}


def _key(pair: Pair) -> tuple[str, str]:
    return pair.target.name, pair.source.name


def _failures(context: StepContext[SourceTablesStep], entry: MeasuredPair) -> list[Row]:
    """Return a row for each failed step that the pair needs."""
    reasons = [context.failed[address] for address in entry.needed if address in context.failed]
    about = {"target": entry.target, "source": entry.source}
    return [{**about, "reason": reason} for reason in reasons[:1]]


def _pair(
    context: StepContext[SourceTablesStep], entry: MeasuredPair, tasks: Mapping[str, TaskFacts]
) -> Pair:
    rule = context.step.rule
    tested = [
        context.outputs(address, TestOutputs)["rules"][rule]["subjects"] for address in entry.tests
    ]
    scored = [context.outputs(address, TransferabilityOutputs) for address in entry.scores]
    compared = context.outputs(entry.similarity, SimilarityOutputs)
    reasons = {name: reason for one in scored for name, reason in one["reasons"].items()}
    if compared["reason"]:
        reasons["roi_similarity"] = compared["reason"]
    return Pair(
        target=tasks[entry.target],
        source=tasks[entry.source],
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


def _pair_rows(
    context: StepContext[SourceTablesStep], entries: Sequence[MeasuredPair], pairs: Sequence[Pair]
) -> list[Row]:
    results = _results(context)
    rows: list[Row] = []
    for entry, pair in zip(entries, pairs, strict=True):
        measured = results[entry.scenario]
        own = context.outputs(entry.similarity_of_own_masks, SimilarityOutputs)
        rows.append(
            {
                "target": pair.target.name,
                "source": pair.source.name,
                "scenario": entry.scenario,
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


def _results(context: StepContext[SourceTablesStep]) -> dict[str, Row]:
    """Return each scenario's row of Dice after tuning."""
    whole = [a for a in context.step.parents.comparisons if a not in context.failed]
    rows = [row for address in whole for row in context.outputs(address, ResultsOutputs)["results"]]
    return {row["scenario"]: row for row in rows if row["metric"] == "dice" and row["baseline"]}


def _withheld(context: StepContext[SourceTablesStep]) -> str | None:
    """Return why no comparison of the run may be answered; None where some may."""
    if context.step.profile in TEST_PROFILES:
        return SMOKE_RUN
    reasons = [row["withheld"] for row in _results(context).values()]
    return SHARED_PEOPLE if SHARED_PEOPLE in reasons else None


def _each(
    targets: Mapping[str, Sequence[Pair]], make: Callable[[Sequence[Pair], str, bool], Row]
) -> Iterator[Row]:
    """Return the result of ``make`` for each target, score and path, or its error."""
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
    return {**stability_row(group, score=score, among=list(among), prior_knowledge=known)}


def _cost(
    context: StepContext[SourceTablesStep], entries: Sequence[MeasuredPair], design: Design
) -> Row:
    """Return the seconds of ranking and of tuning all candidates of Tables IV and V.

    ``by_score`` has the seconds of one score and the target's features; for OTCE also of the
    source's features. ``scoring_seconds`` are those of all scores together.
    """
    chosen = [entry for entry in entries if entry.key in set(design.ranked)]
    tuned = [
        context.outputs(address, FitOutputs)["cost"]
        for entry in chosen
        for address in entry.tunings
    ]
    scored = [
        context.outputs(address, TransferabilityOutputs)["seconds"]
        for entry in chosen
        for address in entry.scores
    ]
    tuning = sum(cost["train_seconds"] or 0.0 for cost in tuned)
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
