"""Models of runs, their steps and the engine's events."""

from django.conf import settings
from django.db import models

from benchmarks.plan.precision import AUTO


class RunState(models.TextChoices):
    """The state of a run; ``Run.reason`` explains it."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL_STATES = (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


class Run(models.Model):
    """One execution of one plan.

    The row, not the broker, holds the state. ``fence`` is the number of the one attempt that may
    write to it. A stale ``heartbeat_at`` marks an attempt as lost. The worker stops once
    ``cancel_requested_at`` is set.
    """

    benchmark = models.SlugField()
    profile = models.SlugField()
    strategies = models.JSONField(default=list)
    seeds = models.PositiveSmallIntegerField()
    datasets = models.JSONField(
        default=list, blank=True, help_text="real data sets that the request is about"
    )
    precision = models.CharField(
        max_length=10, default=AUTO, help_text="asked for; what it was is in the provenance"
    )
    plan = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=RunState.choices, default=RunState.QUEUED)
    reason = models.TextField(blank=True)
    attempt = models.PositiveSmallIntegerField(default=0, help_text="attempts begun")
    losses = models.PositiveSmallIntegerField(
        default=0, help_text="attempts whose engine or worker died; a stopped worker is not one"
    )
    fence = models.CharField(max_length=40, blank=True)
    worker = models.CharField(max_length=200, blank=True, help_text="host:process:its start")
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    retry_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="retries"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    provenance = models.JSONField(default=dict, blank=True, help_text="device, versions, commit")
    origin = models.JSONField(
        default=dict,
        blank=True,
        help_text="archive that the run was imported from; empty: made here",
    )

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "created_at"])]

    def __str__(self) -> str:
        return f"run {self.pk}: {self.benchmark}, {self.profile}"


class StepState(models.TextChoices):
    """The state of one step of one run; ``reused`` means its output was already stored."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    REUSED = "reused"
    FAILED = "failed"
    SKIPPED = "skipped"


class Step(models.Model):
    """One content-addressed unit of a run's plan."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    address = models.CharField(max_length=64, help_text="SHA-256 of what the step computes")
    position = models.PositiveIntegerField()
    kind = models.SlugField()
    strategy = models.SlugField(blank=True)
    label = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=StepState.choices, default=StepState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    wall_seconds = models.FloatField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "address"], name="one_step_per_address")
        ]

    def __str__(self) -> str:
        return self.label


class Event(models.Model):
    """One event of the engine, in order; the live log shows these rows."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    name = models.SlugField()
    payload = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "id"])]

    def __str__(self) -> str:
        return self.name
