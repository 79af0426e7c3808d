"""A finished run as an archive: its request, plan, results, provenance and files."""

from typing import Any

from benchmarks.models import FINAL_STATES, Result, Run
from benchmarks.plan.result_row import COLUMNS, NODE
from benchmarks.running.archive import as_bytes, pack
from benchmarks.running.public import public
from benchmarks.selectors.run_parts import ArtifactLostError, artifact_open
from reviewdb.common.errors import RuleViolation

SPEC = ("benchmark", "profile", "strategies", "seeds", "datasets", "precision")
RUN = (*SPEC, "state", "reason", "provenance")
TIMES = ("created_at", "started_at", "finished_at")
STEP = ("address", "kind", "strategy", "label", "state", "error")
ARTIFACT = ("name", "kind", "title", "scenario", "strategy", "digest")
STEP_AT = "step"
PICTURE = "picture"


def run_archive(run: Run, *, pictures: bool = True) -> bytes:
    """Return the run's archive; equal runs give equal bytes.

    ``pictures`` says whether its pictures go along. Neither host, folder nor account is in it.
    Raises RuleViolation for a run that has not ended, or whose files storage has lost.
    """
    if run.state not in FINAL_STATES:
        message = f"run {run.pk} is still {run.state}; wait for its end"
        raise RuleViolation(message, {"run": [message]})
    about = {name: getattr(run, name) for name in RUN}
    about |= {name: _moment(getattr(run, name)) for name in TIMES}
    steps = [{name: getattr(s, name) for name in STEP} for s in run.steps.order_by("position")]
    plan = {"engine_revision": run.plan.get("engine_revision"), "steps": steps}
    rows = run.results.select_related("node", "step").order_by("pk")
    files, contents = _files(run, pictures=pictures)
    return pack(
        {
            "run.json": as_bytes(public(about)),
            "plan.json": as_bytes(public(plan)),
            "results.json": as_bytes([_row(result) for result in rows]),
            "files.json": as_bytes(files),
            **contents,
        }
    )


def _moment(value: Any) -> str | None:
    return value.isoformat() if value else None


def _row(result: Result) -> dict[str, Any]:
    row = {name: getattr(result, name) for name in COLUMNS if name != NODE}
    row[NODE] = result.node.path if result.node else None
    row[STEP_AT] = result.step.address if result.step else None
    return row


def _files(run: Run, *, pictures: bool) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    found: list[dict[str, Any]] = []
    contents: dict[str, bytes] = {}
    for artifact in run.artifacts.select_related("step").order_by("pk"):
        if artifact.kind == PICTURE and not pictures:
            continue
        member = f"files/{len(found):04}"
        try:
            with artifact_open(artifact) as file:
                contents[member] = file.read()
        except ArtifactLostError as error:
            raise RuleViolation(str(error), {"run": [str(error)]}) from error
        address = artifact.step.address if artifact.step else None
        about = {name: getattr(artifact, name) for name in ARTIFACT}
        found.append({**about, STEP_AT: address, "member": member})
    return found, contents
