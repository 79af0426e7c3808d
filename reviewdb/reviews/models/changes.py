"""Model of the change log: who changed which row, when, with old and new values."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from reviewdb.reviews.models.reviews import Review


class Action(models.TextChoices):
    """The kind of change."""

    ADDED = "added"
    EDITED = "edited"
    REMOVED = "removed"
    LOADED = "loaded"
    RESOLVED = "resolved"
    TAGGED = "tagged"
    UNTAGGED = "untagged"
    UNLOCKED = "unlocked"
    REQUESTED = "requested"
    CANCELLED = "cancelled"


class Change(models.Model):
    """One change, appended in the transaction that made it and never edited.

    ``fields`` is ``{field: {"from": ..., "to": ...}}``. ``counts`` is the number of rows that a
    bulk load changed, by outcome and kind. ``by_name`` and ``label`` stay readable after the
    account or the row is deleted. ``review`` is empty for rows of no review: runs, shared
    documents.
    """

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(max_length=150)
    review = models.ForeignKey(
        Review, on_delete=models.CASCADE, null=True, blank=True, related_name="changes"
    )
    action = models.CharField(
        max_length=20
    )  # an Action; without choices, so that a new one needs no migration
    kind = models.CharField(max_length=40, help_text="What sort of row: study, membership, run.")
    object_id = models.BigIntegerField(null=True, blank=True)
    label = models.CharField(max_length=300, blank=True)
    fields = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    counts = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["review", "-id"], name="change_by_review"),
            models.Index(fields=["kind", "object_id"], name="change_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.by_name} {self.action} {self.kind} {self.label}"
