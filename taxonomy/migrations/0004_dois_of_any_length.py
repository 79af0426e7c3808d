"""A DOI has no limit of its own; a cut one names another thing or nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("taxonomy", "0003_reviews_moved")]

    operations = [
        migrations.AlterField(
            model_name="document", name="doi", field=models.CharField(blank=True, max_length=2048)
        ),
    ]
