"""A result says why it has no verdict, and which gain its test would have found."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0006_datasets_of_requests_and_workers")]

    operations = [
        migrations.AddField(
            model_name="result",
            name="withheld",
            field=models.CharField(
                blank=True,
                default="",
                help_text="why there is no verdict, or that this is secondary",
                max_length=200,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="result",
            name="detectable",
            field=models.FloatField(
                blank=True, help_text="the smallest gain that the test would have found", null=True
            ),
        ),
    ]
