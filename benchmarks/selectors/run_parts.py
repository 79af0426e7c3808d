"""Reads of a run's steps, the end of its log, and its files."""

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
    """Return the run's files, of one ``kind`` if given."""
    files = run.artifacts.all()
    return list(files.filter(kind=kind) if kind else files)


class ArtifactLostError(Exception):
    """Storage lost or changed a file; the message names the remedy."""


def artifact_open(artifact: Artifact) -> "File[bytes]":
    """Check the file's SHA-256 and return it opened at its first byte.

    The file is read twice, in chunks: once to check it before any byte is served, then to serve it.
    Raises ArtifactLostError if storage lacks the file or its content changed.
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
        raise ArtifactLostError(_lost(artifact, "was damaged in storage: its checksum differs"))
    return file


def _lost(artifact: Artifact, what: str) -> str:
    return f"{artifact.name} of run {artifact.run_id} {what}; run it again to have it made anew"


def artifact_json(artifact: Artifact) -> Any:
    """Return the content of a JSON file; None if storage lost it or it was damaged."""
    try:
        with artifact_open(artifact) as file:
            return json.load(file)
    except (ArtifactLostError, ValueError):
        return None
