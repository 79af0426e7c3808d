"""Imports runs from archives: everything is checked first, then all is written or nothing."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from benchmarks.models import FINAL_STATES, Artifact, Result, Run, Step, StepState
from benchmarks.plan.build import build_plan
from benchmarks.plan.errors import PlanError
from benchmarks.plan.hosts import host_words
from benchmarks.plan.result_row import COLUMNS, NODE
from benchmarks.plan.spec import RunSpec
from benchmarks.plan.steps.step import ENGINE_REVISION
from benchmarks.running.archive import json_of, refusal, unpack
from benchmarks.running.exporting import ARTIFACT, RUN, SPEC, STEP, STEP_AT, TIMES
from benchmarks.running.recording import node_ids
from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import OPERATOR, Operator
from reviewdb.reviews.models import Action, Change
from reviewdb.reviews.services.changes import change_add

BUNDLED = Path(__file__).resolve().parents[1] / "reference"
"""The folder of the archives that come with the product."""


@dataclass(frozen=True)
class _Archive:
    """A checked archive: rows unsaved, ready to be written."""

    path: Path
    run: Run
    steps: list[Step]
    results: list[tuple[Result, str | None]]
    artifacts: list[tuple[Artifact, str | None, bytes]]


def runs_import(*, paths: Sequence[Path], user: Operator = OPERATOR) -> list[tuple[Run, bool]]:
    """Return each archive's run, and whether it is new here.

    All archives are checked before anything is written, and all are written in one transaction. A
    run that is here already, imported or made here, is left as it is. Raises RuleViolation naming
    the file and what is wrong with it.
    """
    archives = [_read(path) for path in paths]
    stored: list[Artifact] = []
    try:
        with transaction.atomic():
            return [_write(archive, user, stored) for archive in archives]
    except BaseException:
        for artifact in stored:  # a file is not undone with its row
            artifact.file.storage.delete(str(artifact.file))
        raise


def references_load(folder: Path = BUNDLED) -> tuple[list[Run], list[str]]:
    """Import the bundled archives that were never loaded here; return runs, and what failed.

    A reference run that somebody deleted does not come back.
    """
    new, faults = [], []
    known = set(Change.objects.filter(kind="run", action=Action.LOADED).values_list(
        "counts__archive", flat=True
    ))  # fmt: skip
    for path in sorted(folder.glob("*.zip")):
        if hashlib.sha256(path.read_bytes()).hexdigest() in known:
            continue
        try:
            new += [run for run, is_new in runs_import(paths=[path]) if is_new]
        except RuleViolation as violation:
            faults.append(violation.message)
    return new, faults


def _read(path: Path) -> _Archive:
    members = unpack(path)
    about = json_of(path, members, "run.json", dict)
    _require_names(path, "run.json", about, (*RUN, *TIMES))
    plan = json_of(path, members, "plan.json", dict)
    try:
        run = _run(path, about)
        steps = _steps(path, run, plan)
        addresses = {step.address for step in steps}
        results = [
            _result(path, number, row, addresses)
            for number, row in enumerate(json_of(path, members, "results.json", list))
        ]
        files = json_of(path, members, "files.json", list)
        artifacts = [_artifact(path, members, about, addresses) for about in files]
    except ValidationError as error:
        raise refusal(path, "; ".join(error.messages)) from error
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise refusal(path, f"its content is not of the form expected: {error!r}") from error
    content = b"".join(members[name] for name in ("run.json", "plan.json", "results.json"))
    run.origin = {
        "content": hashlib.sha256(content).hexdigest(),
        "archive": hashlib.sha256(path.read_bytes()).hexdigest(),
        "host": host_words(run.provenance),
        "imported_at": timezone.now().isoformat(timespec="seconds"),
    }
    return _Archive(path, run, steps, results, artifacts)


def _require_names(path: Path, where: str, found: Any, names: Sequence[str]) -> None:
    if not isinstance(found, dict):
        raise refusal(path, f"{where} must hold a mapping, got {found!r:.60}")
    if unknown := sorted(set(found) - set(names)):
        raise refusal(path, f"{where}: unknown column {unknown[0]!r}")
    if missing := sorted(set(names) - set(found)):
        raise refusal(path, f"{where}: column {missing[0]!r} is missing")


def _run(path: Path, about: Mapping[str, Any]) -> Run:
    if about["state"] not in FINAL_STATES:
        raise refusal(path, f"run.json: the run has not ended, its state is {about['state']!r}")
    run = Run(**{name: about[name] for name in RUN})
    for name in TIMES:
        moment = parse_datetime(about[name]) if about[name] else None
        if moment is None and (about[name] or name == "created_at"):
            raise refusal(path, f"run.json: {name} is no time: {about[name]!r}")
        setattr(run, name, moment)
    if not isinstance(run.provenance, dict):
        raise refusal(path, "run.json: provenance must be a mapping")
    run.clean_fields(exclude=["requested_by", "retry_of", "plan"])
    return run


def _steps(path: Path, run: Run, plan: Mapping[str, Any]) -> list[Step]:
    """Return the steps, and give the run its plan where this code would plan the same."""
    _require_names(path, "plan.json", plan, ("engine_revision", "steps"))
    states = {StepState.FINISHED: StepState.REUSED, StepState.RUNNING: StepState.SKIPPED}
    steps = []
    for position, entry in enumerate(plan["steps"]):
        _require_names(path, f"plan.json, step {position}", entry, STEP)
        step = Step(position=position, **entry)
        step.state = states.get(StepState(step.state), step.state)
        step.clean_fields(exclude=["run"])
        steps.append(step)
    revision = plan["engine_revision"]
    run.plan = {**{name: getattr(run, name) for name in SPEC}, "engine_revision": revision}
    run.plan["steps"] = []
    if revision != ENGINE_REVISION:
        return steps
    try:
        spec = RunSpec(**{n: _tuple(getattr(run, n)) for n in SPEC})
        made = build_plan(spec)
    except PlanError as error:
        raise refusal(path, f"this code cannot plan its request: {error}") from error
    if [step.address for step in made.steps] != [step.address for step in steps]:
        message = (
            f"its plan is not the one that this code makes of its request at engine revision "
            f"{revision}: the archive was altered, or a step or card has changed since"
        )
        raise refusal(path, message)
    run.plan = made.as_json()
    return steps


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _result(
    path: Path, number: int, row: Any, addresses: set[str]
) -> tuple[Result, str | None]:  # fmt: skip
    where = f"results.json, row {number}"
    _require_names(path, where, row, (*COLUMNS, STEP_AT))
    _require_step(path, where, row[STEP_AT], addresses)
    values = {name: row[name] for name in COLUMNS if name != NODE}
    result = Result(**values, step_id=None)
    result.clean_fields(exclude=["run", "step", "node"])
    if not isinstance(result.detail, dict):
        raise refusal(path, f"{where}: detail must be a mapping")
    node = row[NODE]
    if node:
        ids = node_ids()
        result.node_id = ids.get(node)
    return result, row[STEP_AT]


def _require_step(path: Path, where: str, address: str | None, addresses: set[str]) -> None:
    if address is not None and address not in addresses:
        raise refusal(path, f"{where}: its step is not in the plan: {address!r:.20}")


def _artifact(
    path: Path, members: Mapping[str, bytes], about: Any, addresses: set[str]
) -> tuple[Artifact, str | None, bytes]:
    where = "files.json"
    _require_names(path, where, about, (*ARTIFACT, STEP_AT, "member"))
    _require_step(path, where, about[STEP_AT], addresses)
    artifact = Artifact(**{name: about[name] for name in ARTIFACT})
    artifact.clean_fields(exclude=["run", "step", "file"])
    if about["member"] not in members:
        raise refusal(path, f"{where}: {about['member']!r} is not in the archive")
    content = members[about["member"]]
    if hashlib.sha256(content).hexdigest() != artifact.digest:
        raise refusal(path, f"{where}: the SHA-256 of {artifact.name!r} is another")
    return artifact, about[STEP_AT], content


def _write(archive: _Archive, user: Operator, stored: list[Artifact]) -> tuple[Run, bool]:
    run = archive.run
    if (known := _known(archive)) is not None:
        return known, False
    created = run.created_at
    run.save()
    Run.objects.filter(pk=run.pk).update(created_at=created)
    for step in archive.steps:
        step.run = run
    steps = {step.address: step for step in Step.objects.bulk_create(archive.steps)}
    for result, address in archive.results:
        result.run, result.step = run, steps.get(address or "")
    Result.objects.bulk_create([result for result, _ in archive.results])
    for artifact, address, content in archive.artifacts:
        artifact.run, artifact.step = run, steps.get(address or "")
        name = f"run-{run.pk}-{Path(artifact.name).name}"
        artifact.file.save(name, ContentFile(content), save=False)
        stored.append(artifact)
        artifact.save()
    counts = {"results": len(archive.results), "archive": run.origin["archive"]}
    change_add(user=user, action=Action.LOADED, target=run, counts=counts)
    return run, True


def _known(archive: _Archive) -> Run | None:
    """Return the same run where it is here already; raises RuleViolation if it was altered."""
    run = archive.run
    same = {n: getattr(run, n) for n in ("benchmark", "profile", "seeds", "started_at")}
    found = Run.objects.filter(**same, finished_at=run.finished_at, created_at=run.created_at)
    known = found.exclude(started_at=None).order_by("pk").first()
    if known is None:
        return None
    if known.origin and known.origin["content"] != run.origin["content"]:
        message = f"run {known.pk} is the same run with other content; delete one of them"
        raise refusal(archive.path, message)
    return known
