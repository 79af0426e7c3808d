"""Models of source documents and of the numbers they state, separate from counted numbers."""

from django.db import models

from reviewdb.common.text import DOI_LIMIT
from reviewdb.reviews.models.reviews import Review


class Document(models.Model):
    """A source document whose tables are stored as published."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=500)
    citation = models.TextField(blank=True)
    doi = models.CharField(max_length=DOI_LIMIT, blank=True)
    review = models.ForeignKey(
        Review, on_delete=models.CASCADE, null=True, blank=True, related_name="documents"
    )

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title


class PublishedValue(models.Model):
    """One cell of one published table, exactly as printed; ``number`` where it is one."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="values")
    table = models.CharField(max_length=100)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=100)
    position = models.PositiveIntegerField(help_text="Order of the column in its row.")
    text = models.TextField(blank=True)
    number = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["document", "table", "row", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "table", "row", "column"], name="one_value_per_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.document.slug}:{self.table}:{self.row}:{self.column}"
