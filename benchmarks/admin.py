"""Runs and results in Django's admin: to look at, not to change; facts are appended by runs."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from benchmarks.models import Artifact, Result, Run, WorkerBeat

if TYPE_CHECKING:  # at run time Django's class takes no type argument
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """Rows that only the program writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: runs are requested on the pages, by API or by command."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: what was measured is not edited."""
        return False


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Runs."""

    list_display = ("id", "benchmark", "profile", "state", "reason", "attempt", "created_at")
    list_filter = ("state", "benchmark", "profile")
    exclude = ("plan",)


@admin.register(Result)
class ResultAdmin(ReadOnlyAdmin):
    """Results."""

    list_display = ("id", "run", "scenario", "strategy", "n_target", "metric", "mean", "verdict")
    list_filter = ("strategy", "metric", "selection", "verdict")
    list_select_related = ("run",)


@admin.register(Artifact)
class ArtifactAdmin(ReadOnlyAdmin):
    """Files."""

    list_display = ("id", "run", "kind", "title", "strategy")
    list_select_related = ("run",)


@admin.register(WorkerBeat)
class WorkerBeatAdmin(ReadOnlyAdmin):
    """Workers and when they were last seen."""

    list_display = ("name", "started_at", "seen_at")
