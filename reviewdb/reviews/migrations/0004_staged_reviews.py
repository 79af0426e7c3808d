"""A load writes a review out of sight; which tree a review has is now the taxonomy's to say."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("reviews", "0003_changes"),
        ("taxonomy", "0006_each_review_its_own"),
    ]

    operations = [
        migrations.RemoveField(model_name="review", name="taxonomy"),
        migrations.AddField(
            model_name="review",
            name="staged_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Last sign of life of the load writing it.",
                null=True,
            ),
        ),
    ]
