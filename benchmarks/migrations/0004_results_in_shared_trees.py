"""Results lie in the shared tree; those filed in a review's own move to the node of their path."""

from django.db import migrations


def move_to_shared(apps, schema_editor):
    """Refile by path; where the shared trees lack the path, the result waits for its node."""
    nodes = apps.get_model("taxonomy", "Node").objects
    results = apps.get_model("benchmarks", "Result").objects
    shared = nodes.filter(taxonomy__review=None).order_by("taxonomy_id")
    by_path = dict(shared.values_list("path", "pk"))
    own = nodes.filter(results__isnull=False).exclude(taxonomy__review=None).distinct()
    for pk, path in own.values_list("pk", "path"):
        results.filter(node=pk).update(node=by_path.get(path))


class Migration(migrations.Migration):

    dependencies = [
        ("benchmarks", "0003_public_events"),
        ("taxonomy", "0006_each_review_its_own"),
    ]

    operations = [migrations.RunPython(move_to_shared, migrations.RunPython.noop)]
