"""Django's view of the move: foreign keys point at the reviews app; no table changes."""

import django.db.models.deletion
from django.db import migrations, models


def _key(model, name, to, **options):
    return migrations.AlterField(
        model_name=model,
        name=name,
        field=models.ForeignKey(
            on_delete=django.db.models.deletion.CASCADE, to=to, **options
        ),
    )


MOVED = ("review", "membership", "sourcesearch", "study")


def rename_content_types(apps, schema_editor):
    """What administrators logged and who may do what stays with the models that moved."""
    _relabel(apps, schema_editor, "taxonomy", "reviews")


def restore_content_types(apps, schema_editor):
    """The way back."""
    _relabel(apps, schema_editor, "reviews", "taxonomy")


def _relabel(apps, schema_editor, before, after):
    types = apps.get_model("contenttypes", "ContentType").objects.using(schema_editor.connection.alias)
    types.filter(app_label=after, model__in=MOVED).delete()
    types.filter(app_label=before, model__in=MOVED).update(app_label=after)


class Migration(migrations.Migration):

    dependencies = [
        ("taxonomy", "0002_tables_of_reviews"),
        ("reviews", "0001_moved_from_taxonomy"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                _key("approach", "study", "reviews.study", related_name="approaches"),
                _key("attribute", "study", "reviews.study", related_name="attributes"),
                _key("tagging", "study", "reviews.study", related_name="taggings"),
                _key("tag", "review", "reviews.review", related_name="tags"),
                _key(
                    "document", "review", "reviews.review",
                    related_name="documents", blank=True, null=True,
                ),
                migrations.DeleteModel("Study"),
                migrations.DeleteModel("SourceSearch"),
                migrations.DeleteModel("Membership"),
                migrations.DeleteModel("Review"),
            ],
        ),
        migrations.RunPython(rename_content_types, restore_content_types),
    ]
