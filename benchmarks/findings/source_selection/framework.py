"""Source selection in three steps (Li et al. 2023, section II-B): modality, region, score.

1. *Modality analysis* keeps the candidates of the target's modality.
2. *RoI analysis* keeps, of those, the ones whose region is more similar to the target's. The paper
   compares regions, not candidates: ED stays and NCR goes, whatever the partition, so that 4 of 8
   stay. The rule here: a region's similarity is the mean over its candidates; the share ``keep`` of
   the regions stays, rounded up, and so do those that equal the last one kept. A lone region stays.
3. *Transferability estimation* ranks what is left, the highest score first.

Path 1 of the paper takes both steps before the score, Path 2 neither. Names of modalities and
regions are compared without regard to case.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from benchmarks.findings.source_selection.errors import SelectionError

MODALITY, ROI, SCORE = "modality", "roi", "score"
KEEP = 0.5
DIGITS = 4  # of values in sentences

Judge = Callable[["Candidate"], tuple[bool, str]]


@dataclass(frozen=True)
class TargetTask:
    """The task to transfer to."""

    name: str
    modality: str
    region: str


@dataclass(frozen=True)
class Candidate:
    """A source task: modality, region, the region's similarity to the target's, and scores.

    ``reasons`` explains a missing score or ``roi_similarity``.
    """

    name: str
    modality: str
    region: str
    roi_similarity: float | None = None
    scores: Mapping[str, float | None] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def why_no(self, value: str) -> str:
        """Return why the candidate has no such value."""
        return self.reasons.get(value) or "none was given"


@dataclass(frozen=True)
class Outcome:
    """The outcome for one candidate; ``fell_out_at`` is ``modality``, ``roi`` or ``score``."""

    candidate: Candidate
    rank: int | None
    fell_out_at: str | None
    reason: str

    @property
    def kept(self) -> bool:
        """Return whether the candidate is ranked."""
        return self.fell_out_at is None


class OutcomeRow(TypedDict):
    """An outcome as files and the API hold it; ``score`` is the value of the score asked for."""

    source: str
    modality: str
    region: str
    kept: bool
    rank: int | None
    fell_out_at: str | None
    reason: str
    score: float | None
    roi_similarity: float | None


class SelectionSettings(TypedDict):
    """How sources were chosen, as `Selection` has it."""

    score: str
    by_modality: bool
    by_roi: bool
    keep: float
    path: int | None


class SelectionRow(SelectionSettings):
    """A selection as files hold it; ``target`` is the target's name."""

    target: str
    candidates: list[OutcomeRow]


@dataclass(frozen=True)
class Selection:
    """The ranked candidates, best first, then the excluded ones, in the order of exclusion."""

    target: TargetTask
    score: str
    by_modality: bool
    by_roi: bool
    keep: float
    outcomes: tuple[Outcome, ...]

    @property
    def path(self) -> int | None:
        """Return 1 with both steps, 2 with neither, as in Fig. 1 of the paper; else None."""
        return {(True, True): 1, (False, False): 2}.get((self.by_modality, self.by_roi))

    @property
    def ranked(self) -> tuple[Outcome, ...]:
        """Return the candidates that stayed, best first."""
        return tuple(outcome for outcome in self.outcomes if outcome.kept)

    def as_json(self) -> SelectionRow:
        """Return the selection with everything it was made from."""
        return {
            "target": self.target.name,
            "score": self.score,
            "by_modality": self.by_modality,
            "by_roi": self.by_roi,
            "keep": self.keep,
            "path": self.path,
            "candidates": [_outcome_json(outcome, self.score) for outcome in self.outcomes],
        }


def _outcome_json(outcome: Outcome, score: str) -> OutcomeRow:
    candidate = outcome.candidate
    return {
        "source": candidate.name,
        "modality": candidate.modality,
        "region": candidate.region,
        "kept": outcome.kept,
        "rank": outcome.rank,
        "fell_out_at": outcome.fell_out_at,
        "reason": outcome.reason,
        "score": candidate.scores.get(score),
        "roi_similarity": candidate.roi_similarity,
    }


def select_sources(
    target: TargetTask,
    candidates: Sequence[Candidate],
    *,
    score: str,
    by_modality: bool = True,
    by_roi: bool = True,
    keep: float = KEEP,
) -> Selection:
    """Return every candidate's rank, or the step that excluded it, with the reason.

    Candidates of equal score share the better rank, in the order given. Raises SelectionError
    where there is nothing to rank or a value is not a number.
    """
    _check_score(target, candidates, score)
    filtering = _filtered(target, candidates, by_modality=by_modality, by_roi=by_roi, keep=keep)
    filtering.apply(SCORE, _has_score(score), "compute the score or choose another")
    return Selection(
        target, score, by_modality, by_roi, keep, (*_ranked(filtering, score), *filtering.fallen)
    )


def worth_scoring(
    target: TargetTask,
    candidates: Sequence[Candidate],
    *,
    by_modality: bool = True,
    by_roi: bool = True,
    keep: float = KEEP,
) -> tuple[str, ...]:
    """Return the names that modality and RoI analysis leave: only they need a score.

    Raises SelectionError as `select_sources` does.
    """
    filtering = _filtered(target, candidates, by_modality=by_modality, by_roi=by_roi, keep=keep)
    return tuple(one.name for one in filtering.left)


@dataclass
class _Filtering:
    """The candidates that are left and those excluded so far, while steps are applied."""

    target: TargetTask
    left: list[Candidate]
    reasons: dict[str, list[str]]
    fallen: list[Outcome] = field(default_factory=list)

    def apply(self, step: str, judge: Judge, remedy: str) -> None:
        """Exclude what ``judge`` refuses; raises SelectionError where nothing would be left."""
        judged = [(one, *judge(one)) for one in self.left]
        self.left = [one for one, stays, _ in judged if stays]
        if not self.left:
            first, _, why = judged[0]
            raise SelectionError(
                self.target.name,
                f"no candidate is left after the {step} step (of {first.name}: {why}); {remedy}",
            )
        for one, stays, why in judged:
            if stays:
                self.reasons[one.name].append(why)
            else:
                self.fallen.append(Outcome(one, None, step, why))


def _filtered(
    target: TargetTask,
    candidates: Sequence[Candidate],
    *,
    by_modality: bool,
    by_roi: bool,
    keep: float,
) -> _Filtering:
    """Return the candidates after the steps that come before the score."""
    _check(target, candidates, keep)
    filtering = _Filtering(target, list(candidates), {one.name: [] for one in candidates})
    if by_modality:
        filtering.apply(
            MODALITY, _same_modality(target), "leave this step out or add such a source"
        )
    if by_roi:
        filtering.apply(ROI, _similar_region(target, filtering.left, keep), "leave this step out")
    return filtering


def _same_modality(target: TargetTask) -> Judge:
    def judge(one: Candidate) -> tuple[bool, str]:
        if _key(one.modality) == _key(target.modality):
            return True, f"it has the target's modality, {target.modality}"
        return False, f"its modality is {one.modality}, the target's is {target.modality}"

    return judge


def _similar_region(target: TargetTask, left: Sequence[Candidate], keep: float) -> Judge:
    similarities = _region_similarities(target, left)
    count = math.ceil(keep * len(similarities))
    least = sorted(similarities.values(), reverse=True)[count - 1]

    def judge(one: Candidate) -> tuple[bool, str]:
        own = similarities.get(_key(one.region))
        if own is None:
            return False, f"its RoI similarity is unknown: {one.why_no('roi_similarity')}"
        stays = own >= least
        sides = ("is", "reaches") if stays else ("is only", "does not reach")
        return stays, (
            f"the similarity of {one.region} to {target.region} {sides[0]} {own:.{DIGITS}f}, which "
            f"{sides[1]} the {least:.{DIGITS}f} that {count} of {len(similarities)} regions have"
        )

    return judge


def _region_similarities(target: TargetTask, left: Sequence[Candidate]) -> dict[str, float]:
    """Return each region's mean similarity over its candidates that have one."""
    known: dict[str, list[float]] = {}
    for one in left:
        if one.roi_similarity is None:
            continue
        _check_number(target, one, "roi_similarity", one.roi_similarity)
        known.setdefault(_key(one.region), []).append(one.roi_similarity)
    if not known:
        raise SelectionError(
            target.name,
            f"no candidate has an RoI similarity (of {left[0].name}: "
            f"{left[0].why_no('roi_similarity')}); give masks or leave the roi step out",
        )
    # fsum: the order of the values must not change the last digit.
    return {region: math.fsum(values) / len(values) for region, values in known.items()}


def _has_score(score: str) -> Judge:
    def judge(one: Candidate) -> tuple[bool, str]:
        value = one.scores.get(score)
        if value is None:
            return False, f"it has no {score}: {one.why_no(score)}"
        return True, f"its {score} is {value:.{DIGITS}f}"

    return judge


def _ranked(filtering: _Filtering, score: str) -> list[Outcome]:
    values = {one.name: one.scores[score] or 0.0 for one in filtering.left}
    ordered = sorted(filtering.left, key=lambda one: -values[one.name])
    outcomes = []
    for one in ordered:
        rank = 1 + sum(value > values[one.name] for value in values.values())
        shared = sum(value == values[one.name] for value in values.values()) - 1
        place = f"rank {rank} of {len(values)}" + (f", shared with {shared} more" if shared else "")
        reason = "; ".join([*filtering.reasons[one.name], place])
        outcomes.append(Outcome(one, rank, None, reason))
    return outcomes


def _check(target: TargetTask, candidates: Sequence[Candidate], keep: float) -> None:
    names = [one.name for one in candidates]
    if not names:
        raise SelectionError(target.name, "there is no candidate; give at least one source task")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SelectionError(target.name, f"{twice[0]} is given twice; names must differ")
    if target.name in names:
        raise SelectionError(target.name, "the target is among its own candidates; remove it")
    if not 0 < keep <= 1:
        raise SelectionError(target.name, f"keep must be above 0 and at most 1, got {keep}")


def _check_score(target: TargetTask, candidates: Sequence[Candidate], score: str) -> None:
    known = sorted({name for one in candidates for name in one.scores})
    if candidates and score not in known:
        choices = ", ".join(known) or "none at all"
        raise SelectionError(target.name, f"score {score!r} is unknown; candidates have: {choices}")
    for one in candidates:
        _check_number(target, one, score, one.scores.get(score))


def _check_number(target: TargetTask, one: Candidate, what: str, value: float | None) -> None:
    if value is not None and not math.isfinite(value):
        raise SelectionError(
            target.name,
            f"{what} of {one.name} is {value}; give a number, or none with a reason",
        )


def _key(name: str) -> str:
    return name.strip().casefold()
