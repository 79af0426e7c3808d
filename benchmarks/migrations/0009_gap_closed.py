"""Results say what share of the gap between no adaptation and the oracle is closed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("benchmarks", "0008_precision_of_requests")]

    operations = [
        migrations.AddField(
            model_name="result",
            name=name,
            field=models.FloatField(blank=True, null=True),
        )
        for name in ("gap_closed", "gap_closed_low", "gap_closed_high")
    ]
