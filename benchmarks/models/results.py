"""Models of results and of the files that runs produced."""

from django.db import models

from benchmarks.models.runs import Run, Step


class Verdict(models.TextChoices):
    """What a result shows about an approach."""

    GAIN = "gain"
    NO_DIFFERENCE = "no_difference"
    NEGATIVE_TRANSFER = "negative_transfer"
    FAILED = "failed"


class Result(models.Model):
    """One measured value of a strategy in a scenario at a number of labelled target subjects."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="results")
    step = models.ForeignKey(
        Step, on_delete=models.SET_NULL, null=True, blank=True, related_name="results"
    )
    scenario = models.CharField(max_length=100)
    strategy = models.SlugField()
    node = models.ForeignKey(
        "taxonomy.Node", on_delete=models.PROTECT, null=True, blank=True, related_name="results"
    )
    n_target = models.PositiveIntegerField(help_text="labelled target subjects")
    metric = models.SlugField()
    selection = models.SlugField(help_text="the rule that chose the checkpoint")
    mean = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    baseline = models.SlugField(blank=True)
    gain = models.FloatField(null=True, blank=True)
    gain_low = models.FloatField(null=True, blank=True)
    gain_high = models.FloatField(null=True, blank=True)
    gap_closed = models.FloatField(null=True, blank=True)
    gap_closed_low = models.FloatField(null=True, blank=True)
    gap_closed_high = models.FloatField(null=True, blank=True)
    term_effect = models.FloatField(
        null=True, blank=True, help_text="gain from the same training without the strategy's term"
    )
    term_effect_low = models.FloatField(null=True, blank=True)
    term_effect_high = models.FloatField(null=True, blank=True)
    term_gradient = models.FloatField(
        null=True, blank=True, help_text="norm of the term's gradient over the task's"
    )
    verdict = models.CharField(max_length=20, choices=Verdict.choices, blank=True)
    withheld = models.CharField(
        max_length=200, blank=True, help_text="why there is no verdict, or that this is secondary"
    )
    detectable = models.FloatField(
        null=True, blank=True, help_text="the smallest gain that the test would have found"
    )
    seeds = models.PositiveSmallIntegerField()
    simulated = models.BooleanField()
    detail = models.JSONField(
        default=dict, blank=True, help_text="p-values, per-subject scores, forgetting, cost"
    )

    class Meta:
        ordering = ["run", "scenario", "metric", "n_target", "id"]
        # Pages of nodes and gaps look up the newest run of each strategy.
        indexes = [models.Index(fields=["strategy", "-run"])]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "scenario", "strategy", "n_target", "metric", "selection"],
                name="one_result_per_cell",
            )
        ]

    def __str__(self) -> str:
        return f"{self.strategy} {self.metric} {self.mean}"


class Artifact(models.Model):
    """A file produced by a step: a picture, a curve, a table."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="artifacts")
    step = models.ForeignKey(
        Step, on_delete=models.SET_NULL, null=True, blank=True, related_name="artifacts"
    )
    name = models.CharField(max_length=200)
    kind = models.SlugField(help_text="picture, curves, data")
    title = models.CharField(max_length=300)
    scenario = models.CharField(max_length=100, blank=True)
    strategy = models.SlugField(blank=True)
    file = models.FileField(upload_to="artifacts/%Y/%m/", max_length=300)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["run", "scenario", "strategy", "kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["run", "step", "name"], name="one_artifact_per_name")
        ]

    def __str__(self) -> str:
        return self.title
