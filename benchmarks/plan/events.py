"""The events of a running engine: the only definition of their names and payloads.

The engine emits them as JSON lines. Recording stores them as rows, and pages show them as
sentences.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import ClassVar

from reviewdb.common.json_object import JsonObject

Emit = Callable[..., None]
"""A function that takes an event's name, and its payload by keyword."""


@dataclass(frozen=True, kw_only=True)
class EngineEvent:
    """An event of the engine; ``event`` is its name in JSON."""

    event: ClassVar[str]

    def emit(self, say: Emit) -> None:
        """Pass the event to ``emit``."""
        say(self.event, **{part.name: getattr(self, part.name) for part in fields(self)})


@dataclass(frozen=True, kw_only=True)
class RunStarted(EngineEvent):
    """The engine has read the plan; ``provenance`` describes device, versions and host."""

    event: ClassVar[str] = "run_started"
    steps: int
    provenance: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class RunFinished(EngineEvent):
    """Every step has ended, ``failed`` of them by a failure."""

    event: ClassVar[str] = "run_finished"
    wall_seconds: float
    failed: int


@dataclass(frozen=True, kw_only=True)
class StepStarted(EngineEvent):
    """A step is being computed."""

    event: ClassVar[str] = "step_started"
    address: str
    kind: str
    label: str
    position: int


@dataclass(frozen=True, kw_only=True)
class StepProgressed(EngineEvent):
    """``done`` of ``total`` units of a step are done."""

    event: ClassVar[str] = "step_progress"
    address: str
    done: int
    total: int
    message: str
    eta_seconds: float | None


@dataclass(frozen=True, kw_only=True)
class StepFinished(EngineEvent):
    """A step's outputs are in the store; ``reused`` if they were already stored before."""

    event: ClassVar[str] = "step_finished"
    address: str
    wall_seconds: float
    reused: bool


@dataclass(frozen=True, kw_only=True)
class StepFailed(EngineEvent):
    """A step could not be computed."""

    event: ClassVar[str] = "step_failed"
    address: str
    error: str


@dataclass(frozen=True, kw_only=True)
class StepSkipped(EngineEvent):
    """A step was not computed, because a step that it needs failed."""

    event: ClassVar[str] = "step_skipped"
    address: str
    error: str


@dataclass(frozen=True, kw_only=True)
class ResultFound(EngineEvent):
    """A value was measured; ``row`` has the columns of `ResultRow`."""

    event: ClassVar[str] = "result"
    address: str
    row: JsonObject


@dataclass(frozen=True, kw_only=True)
class ArtifactMade(EngineEvent):
    """A step made a file; ``path`` is its path on the engine's host."""

    event: ClassVar[str] = "artifact"
    address: str
    name: str
    kind: str
    title: str
    scenario: str
    strategy: str
    path: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class LogWritten(EngineEvent):
    """A message in the log; ``level`` is info, warning or error."""

    event: ClassVar[str] = "log"
    level: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Refused(EngineEvent):
    """The engine stops before the end of the plan; ``message`` is the reason."""

    event: ClassVar[str] = "error"
    message: str
