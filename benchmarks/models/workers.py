"""Model of the workers that can take a run."""

from django.db import models


class WorkerBeat(models.Model):
    """The heartbeat of a worker process; pages read this row, not the broker."""

    name = models.CharField(max_length=200, unique=True, help_text="host:process:its start")
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()
    datasets = models.JSONField(
        default=list, blank=True, help_text="real data sets whose folders are on its machine"
    )

    class Meta:
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return self.name
