"""Stores the engine's events as rows, in short transactions."""

import json
import logging
import math
import time
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Value, When
from django.utils import timezone

from benchmarks.models import Event, Result, Step, StepState, Verdict
from benchmarks.plan.events import (
    ArtifactMade,
    LogWritten,
    Refused,
    ResultFound,
    RunFinished,
    RunStarted,
    StepFailed,
    StepFinished,
    StepProgressed,
    StepSkipped,
    StepStarted,
)
from benchmarks.plan.result_row import CELL, DETAIL, EMPTY, MEASURED
from benchmarks.running.artifacts import artifact_store
from benchmarks.running.attempts import Attempt, beat
from benchmarks.running.public import public
from reviewdb.common.json_object import JsonObject
from reviewdb.common.machine_faults import machine_fault
from taxonomy.models import Node

log = logging.getLogger(__name__)

RawEvent = JsonObject
MAX_LINE = 4000
NO_VALUE = "the engine found no finite value for it"
PATH = "path"
"""The key of an artifact's path on this host: needed to copy the file, removed before storing."""
FLUSH_SECONDS = 0.3
PROGRESS_EVENT_SECONDS = 5.0
STEP_ENDS = {
    StepFinished.event: StepState.FINISHED,
    StepFailed.event: StepState.FAILED,
    StepSkipped.event: StepState.SKIPPED,
}

REUSED = Case(
    When(wall_seconds__isnull=False, then=Value(StepState.FINISHED.value)),
    default=Value(StepState.REUSED.value),
)
"""A step computed by an earlier attempt of this run stays finished and keeps its seconds."""


def parse_line(line: str) -> RawEvent:
    """Return the event in a line; a line without an event becomes a ``log`` event with its text."""
    text = line.replace("\x00", "")
    try:
        # NaN is no JSON and no number; nor is 1e999, which Python reads as infinity.
        event = json.loads(text, parse_constant=lambda _: None, parse_float=_finite)
    except (ValueError, RecursionError):
        event = None
    if isinstance(event, dict) and isinstance(event.get("event"), str):
        return event
    return log_event("info", text[:MAX_LINE])


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def log_event(level: str, message: str) -> RawEvent:
    """Return a ``log`` event as the engine would write it."""
    return {"event": LogWritten.event, "level": level, "message": message}


def _made_public(event: RawEvent) -> RawEvent:
    """Return the event without private texts; a file's path is kept until the file is copied."""
    path = {name: event[name] for name in (PATH,) if name in event}
    return {**public({k: v for k, v in event.items() if k not in path}), **path}


class Recorder:
    """Writes an attempt's events in few, short transactions that all check the fence."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.last_error = ""
        self.has_finished = False
        self.failed_steps = 0
        self._waiting: list[RawEvent] = []
        self._flushed = time.monotonic()
        self._logged_at: dict[str, float] = {}
        self._steps = dict(Step.objects.filter(run_id=attempt.run_id).values_list("address", "pk"))
        self._nodes: dict[str, int] | None = None

    def take(self, events: Iterable[RawEvent]) -> None:
        """Keep events for the next flush, and note what decides the run's final state."""
        for raw in events:
            event = _made_public(raw)
            name = event["event"]
            if name == Refused.event:
                self.last_error = str(event.get("message") or event.get("error") or event)
            elif name == RunFinished.event:
                self.has_finished = True
                self.failed_steps = int(event.get("failed") or 0)
            self._waiting.append(event)

    def flush(self, *, beat_seconds: float = 0.0) -> None:
        """Write the kept events, at most every 0.3 s; without events, only a heartbeat.

        Raises FenceLostError, with nothing written, if the run was lost. Raises OSError, with the
        rest written, if the machine could not keep a file.
        """
        since = time.monotonic() - self._flushed
        if since < (FLUSH_SECONDS if self._waiting else beat_seconds):
            return
        self._flushed = time.monotonic()
        batch, self._waiting = self._waiting, []
        extra, fault = self._store_files(batch)
        with transaction.atomic():
            beat(self.attempt)
            self._write([*batch, *extra])
        if fault is not None:
            raise fault

    def flush_all(self) -> None:
        """Write the kept events now."""
        self._flushed = float("-inf")
        self.flush()

    def _write(self, batch: list[RawEvent]) -> None:
        complaints: list[RawEvent] = []
        self._write_steps(batch)
        complaints += self._write_results([e for e in batch if e["event"] == ResultFound.event])
        for event in batch:
            if event["event"] == RunStarted.event:
                self.attempt.rows().update(provenance=event.get("provenance") or {})
        Event.objects.bulk_create(
            self._event_row(e) for e in batch + complaints if self._is_logged(e)
        )

    def _event_row(self, event: RawEvent) -> Event:
        payload = {key: value for key, value in event.items() if key not in ("event", PATH)}
        if event["event"] == ResultFound.event:
            payload["row"] = {k: v for k, v in _row_of(event).items() if k != DETAIL}
        return Event(
            run_id=self.attempt.run_id,
            attempt=self.attempt.number,
            name=event["event"][:50],
            payload=payload,
        )

    def _is_logged(self, event: RawEvent) -> bool:
        """Return whether to log an event; progress of a step is logged every 5 s at most."""
        if event["event"] != StepProgressed.event:
            return True
        address, now = str(event.get("address")), time.monotonic()
        if (
            not event.get("message")
            or now - self._logged_at.get(address, 0.0) < PROGRESS_EVENT_SECONDS
        ):
            return False
        self._logged_at[address] = now
        return True

    def _write_steps(self, batch: list[RawEvent]) -> None:
        changes: dict[int, dict[str, object]] = {}
        for event in batch:
            step = self._steps.get(str(event.get("address")))
            if step is not None and (values := step_values(event)):
                changes.setdefault(step, {}).update(values)
        for step, values in changes.items():
            Step.objects.filter(pk=step).update(**values)

    def _write_results(self, events: list[RawEvent]) -> list[RawEvent]:
        rows: dict[tuple[object, ...], Result] = {}
        complaints: list[RawEvent] = []
        for event in events:
            try:
                row = self._result(event, complaints)
            except ValidationError as error:
                complaints.append(log_event("error", f"a result was refused: {error.messages}"))
                continue
            rows[tuple(getattr(row, name) for name in CELL)] = row
        Result.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=("run", *CELL),
            update_fields=("step", "node", *MEASURED),
        )
        return complaints

    def _result(self, event: RawEvent, complaints: list[RawEvent]) -> Result:
        row = result_row(event)
        path = _row_of(event).get("node")
        if path and (node := self._node_ids().get(path)) is None:
            complaints.append(
                log_event("warning", f"{row.strategy}: no taxonomy node {path!r}; result unfiled")
            )
        elif path:
            row.node_id = node
        row.run_id = self.attempt.run_id
        row.step_id = self._steps.get(str(event.get("address")))
        row.clean_fields(exclude=["run", "step", "node"])
        return row

    def _node_ids(self) -> dict[str, int]:
        if self._nodes is None:
            self._nodes = node_ids()
        return self._nodes

    def _store_files(self, batch: list[RawEvent]) -> tuple[list[RawEvent], OSError | None]:
        """Copy the batch's files to storage; return errors as log events, and a machine's fault.

        A fault of the machine ends the copying, because the next file would fail alike.
        """
        complaints = []
        for event in batch:
            if event["event"] != ArtifactMade.event:
                continue
            try:
                beat(self.attempt)
                step = self._steps.get(str(event.get("address")))
                artifact_store(run_id=self.attempt.run_id, step_id=step, event=event)
            except (OSError, KeyError, ValueError, ValidationError) as error:
                text = f"file {event.get('name')!r} was not kept: {error!r}"
                complaints.append(log_event("error", public(text)))
                if isinstance(error, OSError) and machine_fault(error):
                    return complaints, error
        return complaints, None


def step_values(event: RawEvent) -> dict[str, object]:
    """Return the columns that an event changes in its step's row."""
    name = event["event"]
    if name == StepStarted.event:
        return {"state": StepState.RUNNING, "started_at": timezone.now(), "error": ""}
    if name == StepProgressed.event:
        return {"done": int(event.get("done") or 0), "total": int(event.get("total") or 0)}
    if name not in STEP_ENDS:
        return {}
    if event.get("reused"):
        return {"state": REUSED}
    values: dict[str, object] = {"state": STEP_ENDS[name], "error": str(event.get("error") or "")}
    if name == StepFinished.event:
        values["wall_seconds"] = event.get("wall_seconds")
    return values


def _row_of(event: RawEvent) -> JsonObject:
    row = event.get("row")
    return row if isinstance(row, dict) else {}


def result_row(event: RawEvent) -> Result:
    """Return the result of a ``result`` event, unsaved and without run, step and node."""
    row = _row_of(event)
    values: dict[str, Any] = {name: row.get(name) for name in (*CELL, *MEASURED)}
    values["baseline"] = values["baseline"] or ""
    values["verdict"] = values["verdict"] or ""
    values["withheld"] = values["withheld"] or ""
    values["detail"] = values["detail"] or {}
    if values["mean"] is None and values["verdict"] != Verdict.FAILED and "mean" in row:
        values["verdict"] = Verdict.FAILED
        values["detail"] = {"reason": NO_VALUE, **values["detail"]}
        values.update(dict.fromkeys(EMPTY))
    return Result(**values)


def node_ids() -> dict[str, int]:
    """Return node ids by path, those of the newest taxonomy if several have the path."""
    return dict(Node.objects.order_by("taxonomy_id").values_list("path", "pk"))


def run_ending(recorder: Recorder, run_id: int) -> tuple[bool, str]:
    """Return the final state of a run whose engine finished, and the reason as a sentence.

    A run with some failed steps succeeded, and its reason names them. A run with failed steps and
    no result failed.
    """
    steps = Step.objects.filter(run_id=run_id)
    total = steps.count()
    bad = steps.filter(state__in=(StepState.FAILED, StepState.SKIPPED)).count()
    if not bad and not recorder.failed_steps:
        return True, f"all {total} steps finished"
    failed = steps.filter(state=StepState.FAILED).exclude(error="").first()
    why = f"; the first: {failed.label}: {failed.error}" if failed else ""
    has_results = Result.objects.filter(run_id=run_id).exists()
    return has_results, f"{bad or recorder.failed_steps} of {total} steps failed{why}"
