"""Model of the effects that studies report: one method said to be better than another."""

from django.db import models

from reviewdb.reviews.models.studies import Study

NAME_LIMIT = 300


class ReportedEffect(models.Model):
    """A comparison as a study prints it: two methods, a metric, their means, spreads and sizes.

    Spreads are standard deviations over test subjects. What the study does not print stays empty.
    ``node_path`` files the better method in the review's tree, so that our verdicts can stand
    beside the claim; it is text, since a new load may replace the tree's rows.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="effects")
    better = models.CharField(max_length=NAME_LIMIT, help_text="The method said to be better.")
    worse = models.CharField(max_length=NAME_LIMIT, help_text="What it is compared with.")
    metric = models.CharField(max_length=100)
    is_higher_better = models.BooleanField(default=True)
    better_value = models.FloatField()
    worse_value = models.FloatField()
    better_sd = models.FloatField(null=True, blank=True)
    worse_sd = models.FloatField(null=True, blank=True)
    subjects = models.PositiveIntegerField(
        null=True, blank=True, help_text="Test subjects that both methods were tested on."
    )
    sites = models.PositiveIntegerField(null=True, blank=True)
    datasets = models.CharField(max_length=NAME_LIMIT, blank=True)
    node_path = models.CharField(max_length=NAME_LIMIT, blank=True)
    section = models.CharField(max_length=100, blank=True, help_text="Where the study says so.")

    class Meta:
        ordering = ["study", "id"]

    def __str__(self) -> str:
        return f"{self.better} better than {self.worse} in {self.metric}"
