"""Turns a run's events into lines of text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from benchmarks.models import Event
from benchmarks.plan import events
from frontend.presenters.words import duration, metric_word, number


@dataclass(frozen=True)
class LogLine:
    """One line of the log; ``level`` is info, warning or error."""

    at: datetime
    text: str
    level: str = "info"


def log_lines(found: Iterable[Event], labels: Mapping[str, str]) -> list[LogLine]:
    """Return events in words; ``labels`` names steps by their address."""
    lines = []
    for event in found:
        label = labels.get(str(event.payload.get("address", "")), "")
        text = _TEXTS.get(event.name, _other)(event.payload, label)
        level = _level(event)
        lines.append(LogLine(event.at, text or event.name.replace("_", " "), level))
    return lines


def _level(event: Event) -> str:
    if event.name in {events.Refused.event, events.StepFailed.event}:
        return "error"
    if event.name == events.StepSkipped.event:
        return "warning"
    return str(event.payload.get("level") or "info")


def _other(payload: Mapping[str, Any], label: str) -> str:
    return str(payload.get("message") or label)


def _run_started(payload: Mapping[str, Any], label: str) -> str:
    return f"The engine starts: {payload.get('steps', 'some')} steps."


def _run_finished(payload: Mapping[str, Any], label: str) -> str:
    failed = payload.get("failed") or 0
    return (
        f"The engine is done after {duration(payload.get('wall_seconds'))}, {failed} steps failed."
    )


def _step_started(payload: Mapping[str, Any], label: str) -> str:
    return f"{label or payload.get('label', '')} …"


def _step_progress(payload: Mapping[str, Any], label: str) -> str:
    done = f"{payload.get('done')} of {payload.get('total')}"
    return f"{label}: {done} {payload.get('message', '')}".strip()


def _step_finished(payload: Mapping[str, Any], label: str) -> str:
    took = (
        "reused a finished step"
        if payload.get("reused")
        else f"done in {duration(payload.get('wall_seconds'))}"
    )
    return f"{label}: {took}."


def _step_failed(payload: Mapping[str, Any], label: str) -> str:
    return f"Failed: {payload.get('error') or label}"


def _step_skipped(payload: Mapping[str, Any], label: str) -> str:
    return f"Skipped: {label}. {payload.get('error', '')}"


def _result(payload: Mapping[str, Any], label: str) -> str:
    row = payload.get("row") or {}
    kind = " (simulated)" if row.get("simulated") else ""
    return (
        f"Result: {row.get('scenario')}, {row.get('strategy')}, {row.get('n_target')} labelled, "
        f"{metric_word(str(row.get('metric')))} {number(row.get('mean'))}{kind}, "
        f"{str(row.get('selection', '')).replace('_', ' ')}."
    )


def _artifact(payload: Mapping[str, Any], label: str) -> str:
    strategy = f" ({payload['strategy']})" if payload.get("strategy") else ""
    return f"Kept: {payload.get('title') or payload.get('name')}{strategy}."


_TEXTS = {
    events.RunStarted.event: _run_started,
    events.RunFinished.event: _run_finished,
    events.StepStarted.event: _step_started,
    events.StepProgressed.event: _step_progress,
    events.StepFinished.event: _step_finished,
    events.StepFailed.event: _step_failed,
    events.StepSkipped.event: _step_skipped,
    events.ResultFound.event: _result,
    events.ArtifactMade.event: _artifact,
}
