"""A DOI has no limit of its own; a cut one names another thing or nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("reviews", "0001_moved_from_taxonomy"), ("taxonomy", "0003_reviews_moved")]

    operations = [
        migrations.AlterField(
            model_name="review", name="doi", field=models.CharField(blank=True, max_length=2048)
        ),
        migrations.AlterField(
            model_name="study", name="doi", field=models.CharField(blank=True, max_length=2048)
        ),
    ]
