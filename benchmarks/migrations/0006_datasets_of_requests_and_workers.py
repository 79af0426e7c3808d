"""A request says which data sets it is about, a worker which ones it has."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0005_source_selection_words")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="datasets",
            field=models.JSONField(
                blank=True, default=list, help_text="real data sets that the request is about"
            ),
        ),
        migrations.AddField(
            model_name="workerbeat",
            name="datasets",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="real data sets whose folders are on its machine",
            ),
        ),
    ]
