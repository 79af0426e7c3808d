"""What a run left behind: its steps, the end of its log, its files."""

import json
from typing import Any

from benchmarks.models import Artifact, Event, Run, Step


def step_list(run: Run) -> list[Step]:
    """Return the run's steps in the order of its plan."""
    return list(run.steps.order_by("position"))


def event_tail(run: Run, limit: int = 200) -> list[Event]:
    """Return the newest ``limit`` events, oldest first."""
    return list(run.events.order_by("-pk")[:limit])[::-1]


def artifact_list(run: Run, kind: str = "") -> list[Artifact]:
    """Return the run's files, of one ``kind`` where it is given."""
    files = run.artifacts.all()
    return list(files.filter(kind=kind) if kind else files)


def artifact_json(artifact: Artifact) -> Any:
    """Return what a JSON file holds; None where storage lost it or it was damaged."""
    try:
        with artifact.file.open("rb") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None
