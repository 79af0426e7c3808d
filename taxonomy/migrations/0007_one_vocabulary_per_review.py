"""Every vocabulary has its review, and a review one of each name."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("taxonomy", "0006_each_review_its_own")]

    operations = [
        migrations.AlterField(
            model_name="vocabulary",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="vocabularies",
                to="reviews.review",
            ),
        ),
        migrations.AddConstraint(
            model_name="vocabulary",
            constraint=models.UniqueConstraint(
                fields=("review", "slug"), name="one_vocabulary_per_review"
            ),
        ),
    ]
