"""Model of the study: the investigation that is included, extracted and classified."""

from django.db import models

from reviewdb.common.text import DOI_LIMIT
from reviewdb.reviews.bibliography import evidence
from reviewdb.reviews.models.reviews import Review


class Evidence(models.TextChoices):
    """The evidence for a study's bibliographic entry."""

    UNRESOLVED = evidence.UNRESOLVED, evidence.WORDS[evidence.UNRESOLVED]
    NAMED = evidence.NAMED, evidence.WORDS[evidence.NAMED]
    INFERRED = evidence.INFERRED, evidence.WORDS[evidence.INFERRED]
    RESOLVED = evidence.RESOLVED, evidence.WORDS[evidence.RESOLVED]
    EDITED = evidence.EDITED, evidence.WORDS[evidence.EDITED]


class Study(models.Model):
    """An included study; ``key`` is its number in the review's reference list."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="studies")
    key = models.CharField(max_length=40)
    position = models.PositiveIntegerField(default=0, help_text="Order in the reference list.")
    title = models.TextField(blank=True)
    authors = models.TextField(blank=True, help_text="Family, Given; separated by semicolons.")
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    venue = models.TextField(blank=True)
    doi = models.CharField(max_length=DOI_LIMIT, blank=True)
    abstract = models.TextField(blank=True)
    evidence = models.CharField(
        max_length=20, choices=Evidence.choices, default=Evidence.UNRESOLVED
    )
    edited_fields = models.JSONField(
        default=list, blank=True, help_text="Fields a person set; no import overwrites them."
    )

    class Meta:
        ordering = ["review", "position", "id"]
        verbose_name_plural = "studies"
        constraints = [models.UniqueConstraint(fields=["review", "key"], name="one_study_per_key")]
        indexes = [models.Index(fields=["review", "year"], name="study_by_year")]

    def __str__(self) -> str:
        return self.title or f"Reference {self.key}"
