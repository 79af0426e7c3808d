"""Deletes one run with its rows, its files in storage and its folder."""

from functools import partial

from django.core.files.storage import Storage
from django.db import transaction

from benchmarks.models import FINAL_STATES, Artifact, Run
from benchmarks.running.places import remove, run_folder, size_of
from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import Actor, require
from reviewdb.reviews.models import Action
from reviewdb.reviews.services.changes import change_add


def run_delete(*, run_id: int, user: Actor) -> int:
    """Delete a run; return how many bytes its files and its folder took.

    Step outputs stay for other runs; `manage.py prune_runs` removes those that no run needs. Raises
    PermissionDenied for another person's run, RuleViolation for a run that has not ended.
    """
    with transaction.atomic():
        run = Run.objects.select_for_update().defer("plan").get(pk=run_id)
        require(user, "run.delete", run)
        if run.state not in FINAL_STATES:
            message = f"run {run_id} is still {run.state}; cancel it first or wait for its end"
            raise RuleViolation(message, {"state": [message]})
        files = [(one.file.storage, str(one.file)) for one in run.artifacts.all() if one.file]
        folder = run_folder(run_id)
        freed = size_of(folder) + sum(file_size(storage, name) for storage, name in files)
        change_add(
            user=user, action=Action.REMOVED, target=run, counts={"results": run.results.count()}
        )
        run.delete()
        for storage, name in files:
            transaction.on_commit(partial(_delete_file, storage, name))
        transaction.on_commit(partial(remove, folder))
    return freed


def _delete_file(storage: Storage, name: str) -> None:
    if not Artifact.objects.filter(file=name).exists():  # an imported run may use it too
        storage.delete(name)


def file_size(storage: Storage, name: str) -> int:
    """Return the bytes of a stored file; 0 if storage lacks it."""
    try:
        return storage.size(name)
    except (OSError, NotImplementedError):
        return 0
