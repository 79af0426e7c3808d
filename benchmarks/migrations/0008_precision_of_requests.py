"""A request says in which precision it is to be computed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0007_withheld_verdicts")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="precision",
            field=models.CharField(
                default="auto",
                help_text="asked for; what it was is in the provenance",
                max_length=10,
            ),
        ),
    ]
