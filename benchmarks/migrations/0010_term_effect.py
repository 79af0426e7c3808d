"""Results say what a strategy's term adds, and how much of the gradient is due to it."""

from django.db import migrations, models

NUMBERS = {
    "term_effect": "gain from the same training without the strategy's term",
    "term_effect_low": "",
    "term_effect_high": "",
    "term_gradient": "norm of the term's gradient over the task's",
}


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0009_gap_closed")]

    operations = [
        migrations.AddField(
            model_name="result",
            name=name,
            field=models.FloatField(blank=True, help_text=text, null=True),
        )
        for name, text in NUMBERS.items()
    ]
