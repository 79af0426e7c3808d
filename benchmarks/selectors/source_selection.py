"""What source-selection runs found: targets, ranked sources with their evidence, reproduced tables.

A run of that benchmark leaves one JSON file with all of it; pages and API read the newest one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict, cast

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When
from django.http import Http404

from benchmarks.findings.reproduction import (
    DOCUMENT,
    PairedStatement,
    PairedTable,
    paired_statements,
    paired_tables,
)
from benchmarks.findings.source_selection.framework import (
    Candidate,
    OutcomeRow,
    SelectionSettings,
    TargetTask,
    select_sources,
)
from benchmarks.findings.source_selection.questions import WITHHELD
from benchmarks.models import Artifact, Run, RunState
from benchmarks.plan.benchmarks import following
from benchmarks.plan.profiles import TEST_PROFILES
from benchmarks.plan.verdict_rules import too_few_seeds
from benchmarks.selectors.run_parts import artifact_json
from reviewdb.common.json_object import JsonObject
from taxonomy.counting.rows import PublishedTables
from taxonomy.selectors.published import document_json
from taxonomy.statements import Statement, statements

PROTOCOL = KIND = "source_selection"
BENCHMARKS = tuple(card.slug for card in following(PROTOCOL))
DEFAULT_BENCHMARK = BENCHMARKS[0]
SCORES = ("h_score", "otce", "leep", "nce", "logme")
MEASURED = ("dice", "low", "high", "per_seed", "gain")
TOLD = ("loss", "h_score_inversion", "rule")


def command_for(benchmark: str = DEFAULT_BENCHMARK) -> str:
    """Return what starts a run that has something to say."""
    return f"manage.py run_benchmark {benchmark} --profile quick --wait"


NO_RUN = (
    f"no run of the benchmark {DEFAULT_BENCHMARK} has succeeded yet; start one with {command_for()}"
)


class EvidenceAbout(TypedDict):
    """Where numbers come from."""

    run: int
    benchmark: str
    profile: str
    seeds: int
    simulated: bool


class TaskRow(TypedDict):
    """A task as the API shows it."""

    name: str
    dataset: str
    partition: str | None
    modality: str
    region: str


class TargetRow(EvidenceAbout, TaskRow):
    """A target task one can ask for; ``sources`` counts its candidates, ``id`` is its name."""

    id: str
    sources: int
    scores: list[str]


class MeasuredSource(TypedDict):
    """What tuning from a source gave, and its scores; a null one has a reason."""

    dice: float | None
    low: float | None
    high: float | None
    per_seed: list[float] | None
    gain: float | None
    dice_place: int | None
    scores: dict[str, float | None]
    reasons: dict[str, str]


class RankedSource(OutcomeRow, MeasuredSource):
    """A source of a ranking: kept or not, why, and what it gave."""


class UnmeasuredSource(TypedDict):
    """A source whose steps failed, and why."""

    source: str
    reason: str


class Ranking(EvidenceAbout, SelectionSettings):
    """The sources of a target, best first, then those that fell out."""

    target: TaskRow
    candidates: list[RankedSource]
    failed: list[UnmeasuredSource]


class Reproduction(EvidenceAbout):
    """The paper beside what was measured here.

    ``left_out``, ``questions``, ``stability`` and ``cost`` are as the run's file holds them: an
    older run's may lack what this version writes.
    """

    document: str
    protocol: dict[str, str]
    tables: list[PairedTable]
    left_out: list[JsonObject]
    statements: list[PairedStatement]
    questions: list[JsonObject]
    questions_left_out: list[JsonObject]
    stability: list[JsonObject]
    cost: JsonObject


@dataclass(frozen=True)
class SourceEvidence:
    """What one run found; ``content`` is its source_selection.json."""

    run: Run
    content: JsonObject

    @property
    def about(self) -> EvidenceAbout:
        """Return where the numbers come from: run, profile, seeds, whether they are simulated."""
        return {
            "run": self.run.pk,
            "benchmark": self.run.benchmark,
            "profile": self.run.profile,
            "seeds": self.content["seeds"],
            "simulated": self.content["simulated"],
        }

    @cached_property
    def targets(self) -> dict[str, JsonObject]:
        """Return the target tasks that have measured sources, by name."""
        measured = {pair["target"] for pair in self.content["pairs"]}
        return {row["name"]: row for row in self.content["targets"] if row["name"] in measured}

    @cached_property
    def scores(self) -> list[str]:
        """Return the transferability scores that were computed."""
        return [name for name in SCORES if any(name in pair for pair in self.content["pairs"])]

    def pairs(self, target: str) -> list[JsonObject]:
        """Return what was measured of each source of the target."""
        return [pair for pair in self.content["pairs"] if pair["target"] == target]


def source_runs(benchmark: str | None = None) -> QuerySet[Run]:
    """Return the runs that can be asked, of one benchmark or all, smoke runs last, newest first."""
    benchmarks = BENCHMARKS if benchmark is None else (benchmark,)
    files = Artifact.objects.filter(run=OuterRef("pk"), kind=KIND)
    has_numbers = Case(When(profile__in=TEST_PROFILES, then=Value(0)), default=Value(1))
    return (
        Run.objects.filter(Exists(files), benchmark__in=benchmarks, state=RunState.SUCCEEDED)
        .defer("plan")
        .order_by(has_numbers.desc(), "-pk")
    )


def source_evidence(
    run_id: int | None = None, benchmark: str | None = None
) -> SourceEvidence | None:
    """Return what the run found, by default the newest; None where no run has anything to say."""
    runs = source_runs(benchmark)
    for run in runs if run_id is None else runs.filter(pk=run_id):
        content = artifact_json(run.artifacts.filter(kind=KIND).latest("pk"))
        if content and content["pairs"]:
            return SourceEvidence(run, content)
    return None


def target_list(evidence: SourceEvidence) -> list[TargetRow]:
    """Return the target tasks one can ask for; ``id`` is the name."""
    return [
        {
            "id": name,
            **_task(row),
            "sources": len(evidence.pairs(name)),
            "scores": evidence.scores,
            **evidence.about,
        }
        for name, row in evidence.targets.items()
    ]


def source_ranking(
    evidence: SourceEvidence, *, target: str, score: str, by_modality: bool, by_roi: bool
) -> Ranking:
    """Return the target's sources, best first, each with why it stayed or fell out.

    ``dice_place`` is a source's place by what tuning really gave, among all of them; ``failed``
    names sources that could not be measured. Raises SelectionError where nothing is left to rank.
    """
    row, pairs = evidence.targets[target], evidence.pairs(target)
    found = select_sources(
        TargetTask(target, row["modality"], row["region"]),
        [_candidate(pair) for pair in pairs],
        score=score,
        by_modality=by_modality,
        by_roi=by_roi,
    ).as_json()
    measured = {pair["source"]: _measured(pair, pairs) for pair in pairs}
    candidates: list[RankedSource] = [
        {**one, **measured[one["source"]]} for one in found["candidates"]
    ]
    failed = [row for row in evidence.content.get("failed", []) if row["target"] == target]
    return {
        **evidence.about,
        **found,
        "target": _task(row),
        "candidates": candidates,
        "failed": [{"source": row["source"], "reason": row["reason"]} for row in failed],
    }


def _task(row: JsonObject) -> TaskRow:
    return cast(TaskRow, {part: row[part] for part in TaskRow.__annotations__})


def _candidate(pair: JsonObject) -> Candidate:
    return Candidate(
        name=pair["source"],
        modality=pair["source_modality"],
        region=pair["source_region"],
        roi_similarity=pair["roi_similarity"],
        scores={name: pair[name] for name in SCORES if name in pair},
        reasons=pair["reasons"],
    )


def _measured(pair: JsonObject, pairs: Sequence[JsonObject]) -> MeasuredSource:
    dice = pair["dice"]
    better = [other for other in pairs if (other["dice"] or 0.0) > (dice or 0.0)]
    found = {
        **{name: pair.get(name) for name in MEASURED},
        "dice_place": None if dice is None else 1 + len(better),
        "scores": {name: pair[name] for name in SCORES if name in pair},
        "reasons": pair["reasons"],
    }
    return cast(MeasuredSource, found)


def source_reproduction(
    evidence: SourceEvidence, user: User | AnonymousUser | None = None
) -> Reproduction:
    """Return the paper's tables and claims beside the reproduced ones, and what was asked of them.

    Where the paper's document is not loaded, its cells are null and no claim is listed.
    """
    content = evidence.content
    published, claims = _published(user)
    return {
        **evidence.about,
        "document": DOCUMENT,
        "protocol": {name: content[name] for name in TOLD if name in content},
        "tables": paired_tables(published, content["tables"], _intervals(content["pairs"])),
        "left_out": content.get("left_out", []),
        "statements": paired_statements(claims, statements(DOCUMENT, content["tables"])),
        "questions": [_told(row) for row in content.get("questions", [])],
        "questions_left_out": content.get("questions_left_out", []),
        "stability": content["stability"],
        "cost": content["cost"],
    }


def _told(answer: JsonObject) -> JsonObject:
    """Return the answer, withheld with the reason where a file is older than that rule."""
    if "withheld" in answer:
        return answer
    reason = too_few_seeds(answer["seeds"])
    return {**answer, "withheld": reason, **({"answer": WITHHELD} if reason else {})}


def _intervals(
    pairs: Iterable[JsonObject],
) -> dict[tuple[str, str], tuple[float | None, float | None]]:
    return {(pair["target"], pair["source"]): (pair["low"], pair["high"]) for pair in pairs}


def _published(user: User | AnonymousUser | None) -> tuple[PublishedTables, list[Statement]]:
    try:
        found = document_json(DOCUMENT, user)
    except Http404:
        return {}, []
    return found["tables"], found["statements"]
