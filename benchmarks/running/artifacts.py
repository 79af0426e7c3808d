"""Copies the files made by steps into Django's storage, so that every host can read them."""

import hashlib
from pathlib import Path

from django.core.files import File

from benchmarks.models import Artifact
from reviewdb.common.json_object import JsonObject


def artifact_store(*, run_id: int, step_id: int | None, event: JsonObject) -> Artifact:
    """Copy the event's file into storage and return its row.

    A file whose digest is already stored is not copied again. Raises OSError if the file cannot be
    read, ValueError if its SHA-256 differs from the event's.
    """
    name, digest, path = str(event["name"]), str(event["digest"]), Path(event["path"])
    of_step = {"step__isnull": True} if step_id is None else {"step_id": step_id}
    known = Artifact.objects.filter(run_id=run_id, name=name, **of_step).first()
    if known is not None and known.digest == digest:
        return known
    with path.open("rb") as file:
        if (found := hashlib.file_digest(file, "sha256").hexdigest()) != digest:
            message = f"{path.name}: SHA-256 is {found[:12]}, the engine reported {digest[:12]}"
            raise ValueError(message)
        artifact = known or Artifact(run_id=run_id, step_id=step_id, name=name)
        artifact.kind = str(event.get("kind") or "data")
        artifact.title = str(event.get("title") or name)
        artifact.scenario = str(event.get("scenario") or "")
        artifact.strategy = str(event.get("strategy") or "")
        artifact.digest = digest
        artifact.clean_fields(exclude=["run", "step", "file"])
        old = artifact.file.name
        artifact.file.save(f"run-{run_id}-{Path(name).name}", File(file), save=False)
    artifact.save()
    if old:
        artifact.file.storage.delete(old)
    return artifact
