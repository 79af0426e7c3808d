"""A review names its tree here; trees of its own and vocabularies belong to it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("taxonomy", "0004_dois_of_any_length"),
        ("reviews", "0003_changes"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="taxonomy", name="one_taxonomy_per_version"),
        migrations.AddField(
            model_name="taxonomy",
            name="review",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="own_trees",
                to="reviews.review",
            ),
        ),
        migrations.AddConstraint(
            model_name="taxonomy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("review", None)),
                fields=("slug", "version"),
                name="one_shared_taxonomy_per_version",
            ),
        ),
        migrations.CreateModel(
            name="ReviewTree",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "review",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tree",
                        to="reviews.review",
                    ),
                ),
                (
                    "taxonomy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="review_trees",
                        to="taxonomy.taxonomy",
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="vocabulary", name="slug", field=models.SlugField()
        ),
        migrations.AddField(
            model_name="vocabulary",
            name="review",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="vocabularies",
                to="reviews.review",
            ),
        ),
        migrations.AlterField(
            model_name="approach",
            name="node",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="approaches",
                to="taxonomy.node",
            ),
        ),
        migrations.AlterField(
            model_name="attribute",
            name="term",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="attributes",
                to="taxonomy.term",
            ),
        ),
    ]
