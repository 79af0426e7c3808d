"""Removes old runs and every file that no remaining run needs."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone

from benchmarks.models import FINAL_STATES, Artifact, Run, Step
from benchmarks.plan.outputs import finished_steps, leftovers
from benchmarks.running.places import engine_store, remove, run_folders, size_of
from benchmarks.selectors.evidence import evidence_runs
from benchmarks.services.deletion import file_size, run_delete
from reviewdb.common.web.permissions import Actor

ARTIFACTS = "artifacts"
JUST_WRITTEN = timedelta(hours=1)
"""A younger file may belong to a row that is not written yet."""


@dataclass(frozen=True)
class Pruned:
    """What was or would be removed: ids of runs, counts of the rest, and bytes in all."""

    dry_run: bool
    runs: list[int]
    kept_as_evidence: list[int]
    step_outputs: int
    leftovers: int
    run_folders: int
    artifact_files: int
    bytes: int

    def as_json(self) -> dict[str, Any]:
        """Return the object that ``prune_runs --json`` prints."""
        return asdict(self)


def runs_prune(
    *,
    older_than: timedelta,
    keep: int,
    user: Actor,
    with_evidence: bool = False,
    dry_run: bool = False,
    now: datetime | None = None,
) -> Pruned:
    """Delete runs that ended before ``older_than`` ago, and stray files; return what was removed.

    The ``keep`` newest runs stay. Runs whose numbers are shown on pages stay too, unless
    ``with_evidence``. Then everything that no remaining run needs is removed: step outputs, run
    folders, files in storage, and leftovers of killed engines.
    """
    now = now or timezone.now()
    old = list(_old_runs(now - older_than, keep))
    evidence = set() if with_evidence else evidence_runs().intersection(old)
    gone = [run_id for run_id in old if run_id not in evidence]
    stray = _Stray(left=Run.objects.exclude(pk__in=gone), gone=gone, now=now)
    outputs, rests = list(stray.step_outputs()), list(leftovers(engine_store()))
    folders, files = list(stray.folders()), list(stray.files())
    size = sum(map(size_of, [*outputs, *rests, *folders]))
    size += sum(file_size(default_storage, name) for name in files)
    if not dry_run:
        for run_id in gone:
            run_delete(run_id=run_id, user=user)
        for path in [*outputs, *rests, *folders]:
            remove(path)
        for name in files:
            default_storage.delete(name)
    return Pruned(
        dry_run=dry_run,
        runs=gone,
        kept_as_evidence=sorted(evidence),
        step_outputs=len(outputs),
        leftovers=len(rests),
        run_folders=len(folders),
        artifact_files=len(files),
        bytes=size,
    )


def _old_runs(before: datetime, keep: int) -> Iterable[int]:
    newest = Run.objects.order_by("-pk").values_list("pk", flat=True)[:keep]
    ended = Run.objects.filter(state__in=FINAL_STATES, finished_at__lte=before)
    return ended.exclude(pk__in=list(newest)).order_by("pk").values_list("pk", flat=True)


@dataclass(frozen=True)
class _Stray:
    """Files of the runs to delete, and files that belong to no remaining run."""

    left: QuerySet[Run]
    gone: list[int]
    now: datetime

    def step_outputs(self) -> Iterator[Path]:
        steps = Step.objects.filter(run__in=self.left).order_by()
        needed = set(steps.values_list("address", flat=True).distinct())
        return (path for path in finished_steps(engine_store()) if path.name not in needed)

    def folders(self) -> Iterator[Path]:
        left = set(self.left.values_list("pk", flat=True))
        return (path for run_id, path in run_folders().items() if run_id not in left)

    def files(self) -> Iterator[str]:
        kept = set(Artifact.objects.filter(run__in=self.left).values_list("file", flat=True))
        own = set(Artifact.objects.filter(run__in=self.gone).values_list("file", flat=True))
        yield from own - kept
        for name in _stored(ARTIFACTS):
            if name not in kept and name not in own and not self._is_new(name):
                yield name

    def _is_new(self, name: str) -> bool:
        try:
            return self.now - default_storage.get_modified_time(name) < JUST_WRITTEN
        except OSError:
            return True  # another process removed it


def _stored(folder: str) -> Iterator[str]:
    """Yield the names of all files below a folder of the storage."""
    try:
        folders, names = default_storage.listdir(folder)
    except OSError:
        return
    for name in names:
        yield f"{folder}/{name}"
    for inner in folders:
        yield from _stored(f"{folder}/{inner}")
