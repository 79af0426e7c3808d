"""The artifact and the step of source selection are called so: `selection` is the rule's name."""

from django.db import migrations


def rename(model: str, old: str, new: str):
    def forwards(apps, schema_editor):
        apps.get_model("benchmarks", model).objects.filter(kind=old).update(kind=new)

    return forwards


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0004_results_in_shared_trees")]

    operations = [
        migrations.RunPython(
            rename("Artifact", "selection", "source_selection"),
            rename("Artifact", "source_selection", "selection"),
        ),
        migrations.RunPython(
            rename("Step", "selection", "source_tables"),
            rename("Step", "source_tables", "selection"),
        ),
    ]
