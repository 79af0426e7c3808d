"""Source selection on the user's own tasks: from arrays in files to a ranked list with reasons."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from benchmarks.engine.methods.transferability.errors import ScoreError
from benchmarks.engine.methods.transferability.pair import SCORES, ScoreSettings, Side, score_pair
from benchmarks.engine.methods.transferability.roi_similarity import Pairing, roi_similarity
from benchmarks.engine.source_selection.task_files import PAIRINGS, Described, read_tasks
from benchmarks.findings.source_selection.errors import SelectionError
from benchmarks.findings.source_selection.framework import (
    KEEP,
    Candidate,
    Selection,
    TargetTask,
    select_sources,
    worth_scoring,
)

DEFAULT_SCORE = "h_score"


def select_from_file(
    path: Path,
    *,
    score: str = DEFAULT_SCORE,
    by_modality: bool = True,
    by_roi: bool = True,
    keep: float = KEEP,
    settings: ScoreSettings | None = None,
) -> Selection:
    """Return the selection among the tasks of a JSON file.

    Only candidates kept by modality and RoI analysis are scored. Raises TaskFileError for errors of
    the file, SelectionError where nothing can be ranked. An error in one candidate's arrays is the
    reason why that candidate has no score.
    """
    described, others = read_tasks(path)
    target = TargetTask(*(described.text(name) for name in ("name", "modality", "region")))
    masks = described.array("masks")
    labels = described.array("labels")
    masks = labels if masks is None else masks
    candidates = [_candidate(one, masks, target, by_roi=by_roi) for one in others]
    left = worth_scoring(target, candidates, by_modality=by_modality, by_roi=by_roi, keep=keep)
    _check_score(target, candidates, score)
    scored = [
        _scored(one, described_one, labels, target, score, settings) if one.name in left else one
        for one, described_one in zip(candidates, others, strict=True)
    ]
    return select_sources(
        target, scored, score=score, by_modality=by_modality, by_roi=by_roi, keep=keep
    )


def _candidate(
    described: Described, target_masks: Tensor | None, target: TargetTask, *, by_roi: bool
) -> Candidate:
    """Return the candidate with its given numbers and, where requested, its similarity."""
    one = Candidate(
        name=described.text("name"),
        modality=described.text("modality"),
        region=described.text("region"),
        roi_similarity=described.number("roi_similarity"),
        scores=described.numbers("scores"),
    )
    if one.roi_similarity is not None or not by_roi:
        return one
    value, reason = _similarity(described, target_masks, f"{target.name} from {one.name}")
    return replace(one, roi_similarity=value, reasons={"roi_similarity": reason} if reason else {})


def _similarity(
    described: Described, target_masks: Tensor | None, task: str
) -> tuple[float | None, str]:
    masks = described.array("masks")
    if masks is None or target_masks is None:
        side = "the target" if target_masks is None else described.where
        return None, f"{side} names no masks: add the field masks"
    try:
        return roi_similarity(masks, target_masks, task=task, pairing=_pairing(described)), ""
    except ScoreError as error:
        return None, error.reason


def _pairing(described: Described) -> Pairing:
    word = described.fields.get("pairing", "crossed")
    for known in PAIRINGS:
        if word == known:
            return known
    raise described.refuse("pairing", f"must be {' or '.join(PAIRINGS)}, got {word!r}")


def _scored(
    one: Candidate,
    described: Described,
    target_labels: Tensor | None,
    target: TargetTask,
    score: str,
    settings: ScoreSettings | None,
) -> Candidate:
    """Return the candidate with its score, or with the reason why it has none."""
    if one.scores.get(score) is not None:
        return one
    features = described.array("target_features")
    if features is None or target_labels is None:
        field = "target.labels" if target_labels is None else f"{described.where}.target_features"
        reason = f"{field} is not given, and {score} needs it"
        return _with_score(one, score, None, reason)
    found = score_pair(
        Side(features, target_labels),
        _source_side(described),
        task=f"{target.name} from {one.name}",
        settings=settings,
        names=[score],
    )[score]
    return _with_score(one, score, found.value, found.reason)


def _source_side(described: Described) -> Side | None:
    features, labels = described.array("source_features"), described.array("source_labels")
    return None if features is None or labels is None else Side(features, labels)


def _with_score(one: Candidate, score: str, value: float | None, reason: str) -> Candidate:
    reasons = {**one.reasons, score: reason} if reason else one.reasons
    return replace(one, scores={**one.scores, score: value}, reasons=reasons)


def _check_score(target: TargetTask, candidates: Sequence[Candidate], score: str) -> None:
    known = sorted({*SCORES, *(name for one in candidates for name in one.scores)})
    if score not in known:
        reason = f"score {score!r} is unknown; choose one of: {', '.join(known)}"
        raise SelectionError(target.name, reason)


def selection_lines(selection: Selection) -> Iterator[str]:
    """Yield lines of text: ranked sources first, then excluded ones, with reasons."""
    steps = [("modality", selection.by_modality), ("RoI", selection.by_roi)]
    taken = [name for name, is_taken in steps if is_taken]
    yield f"{selection.target.name}: {' -> '.join([*taken, selection.score])}"
    for outcome in selection.outcomes:
        place = "-" if outcome.rank is None else str(outcome.rank)
        yield f"{place:>3}  {outcome.candidate.name}: {outcome.reason}"
