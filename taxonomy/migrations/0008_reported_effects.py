"""Effects that studies report: what is better than what, with means, spreads and sizes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0004_staged_reviews"),
        ("taxonomy", "0007_one_vocabulary_per_review"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportedEffect",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "better",
                    models.CharField(help_text="The method said to be better.", max_length=300),
                ),
                ("worse", models.CharField(help_text="What it is compared with.", max_length=300)),
                ("metric", models.CharField(max_length=100)),
                ("is_higher_better", models.BooleanField(default=True)),
                ("better_value", models.FloatField()),
                ("worse_value", models.FloatField()),
                ("better_sd", models.FloatField(blank=True, null=True)),
                ("worse_sd", models.FloatField(blank=True, null=True)),
                (
                    "subjects",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Test subjects that both methods were tested on.",
                        null=True,
                    ),
                ),
                ("sites", models.PositiveIntegerField(blank=True, null=True)),
                ("datasets", models.CharField(blank=True, max_length=300)),
                ("node_path", models.CharField(blank=True, max_length=300)),
                (
                    "section",
                    models.CharField(
                        blank=True, help_text="Where the study says so.", max_length=100
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="effects",
                        to="reviews.study",
                    ),
                ),
            ],
            options={
                "ordering": ["study", "id"],
            },
        ),
    ]
