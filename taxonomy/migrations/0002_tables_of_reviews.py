"""The tables of reviews, people, searches and studies get the name of the app they move to."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("taxonomy", "0001_knowledge_base")]

    operations = [
        migrations.RenameIndex(
            model_name="study", old_name="taxonomy_st_review__3ea78a_idx", new_name="study_by_year"
        ),
        migrations.AlterModelTable(name="review", table="reviews_review"),
        migrations.AlterModelTable(name="membership", table="reviews_membership"),
        migrations.AlterModelTable(name="sourcesearch", table="reviews_sourcesearch"),
        migrations.AlterModelTable(name="study", table="reviews_study"),
    ]
