"""What a run left behind: its steps, the end of its log, its files."""

import hashlib
import json
from typing import Any

from django.core.files import File

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


class ArtifactLostError(Exception):
    """Storage no longer has a file as it was written; the message says what to do."""


def artifact_open(artifact: Artifact) -> "File[bytes]":
    """Return the file at its first byte, once its SHA-256 was found to be the one written down.

    It is read twice, in pieces, so that no damaged byte is served and none is kept in memory.
    Raises ArtifactLostError where storage lacks the file or has another content.
    """
    try:
        file: File[bytes] = artifact.file.open("rb")
    except OSError as error:
        raise ArtifactLostError(_lost(artifact, "is no longer in storage")) from error
    digest = hashlib.sha256()
    try:
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
    except OSError as error:
        file.close()
        raise ArtifactLostError(_lost(artifact, "cannot be read from storage")) from error
    if digest.hexdigest() != artifact.digest:
        file.close()
        raise ArtifactLostError(_lost(artifact, "was damaged in storage: its checksum is another"))
    return file


def _lost(artifact: Artifact, what: str) -> str:
    return f"{artifact.name} of run {artifact.run_id} {what}; run it again to have it made anew"


def artifact_json(artifact: Artifact) -> Any:
    """Return what a JSON file holds; None where storage lost it or it was damaged."""
    try:
        with artifact_open(artifact) as file:
            return json.load(file)
    except (ArtifactLostError, ValueError):
        return None
