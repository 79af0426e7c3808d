"""Models of a review, its members and its searches (PRISMA-S)."""

from django.conf import settings
from django.db import models

from reviewdb.common.text import DOI_LIMIT
from reviewdb.common.web.permissions import Role


class LiveReviews(models.Manager["Review"]):
    """Manager of reviews without those staged by a load in progress or a killed load."""

    def get_queryset(self) -> models.QuerySet["Review"]:
        """Return the reviews without staged ones."""
        return super().get_queryset().filter(staged_at=None)


class Review(models.Model):
    """A systematic review: its question, its rules and its members."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=500)
    question = models.TextField(blank=True)
    protocol = models.TextField(blank=True)
    eligibility_criteria = models.TextField(blank=True)
    citation = models.TextField(blank=True, help_text="How the published review is cited.")
    doi = models.CharField(max_length=DOI_LIMIT, blank=True)
    is_public = models.BooleanField(default=True, help_text="Readable without an account.")
    created_at = models.DateTimeField(auto_now_add=True)
    staged_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Last sign of life of the load writing it."
    )

    objects = LiveReviews()
    everything = models.Manager["Review"]()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title


class Membership(models.Model):
    """One person's role in one review."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="one_role_per_member")
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class SourceKind(models.TextChoices):
    """The kind of source; PRISMA 2020 counts databases and registers apart from other methods."""

    DATABASE = "database"
    REGISTER = "register"
    OTHER = "other", "other method"


class SourceSearch(models.Model):
    """One search of one source, with the items that PRISMA-S requires."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="searches")
    source = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=SourceKind.choices, default=SourceKind.DATABASE)
    platform = models.CharField(max_length=200, blank=True)
    query = models.TextField(blank=True)
    searched_on = models.DateField(null=True, blank=True)
    hits = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.source}, {self.searched_on or 'undated'}"
