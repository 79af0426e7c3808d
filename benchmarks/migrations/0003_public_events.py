"""What older runs wrote for operators is cut to what anybody may read; their open steps close."""

from django.db import migrations

from benchmarks.running.public import public

TELLING = ("artifact", "error", "log", "step_failed", "step_skipped")
CHUNK = 500
ENDED = {
    "succeeded": "the run ended",
    "failed": "the run failed",
    "cancelled": "the run was cancelled",
}


def make_public(apps, schema_editor):
    """Rewrite texts that name paths of the host."""
    events = apps.get_model("benchmarks", "Event").objects
    _rewrite(events.filter(name__in=TELLING), "payload", _public_payload)
    _rewrite(apps.get_model("benchmarks", "Step").objects.exclude(error=""), "error", public)
    _rewrite(apps.get_model("benchmarks", "Run").objects.exclude(reason=""), "reason", public)


def _public_payload(payload):
    return public({key: value for key, value in payload.items() if key != "path"})


def _rewrite(rows, field, change):
    changed = []
    for row in rows.only("pk", field).order_by("pk").iterator(CHUNK):
        new = change(getattr(row, field))
        if new != getattr(row, field):
            setattr(row, field, new)
            changed.append(row)
    rows.model._default_manager.bulk_update(changed, [field], batch_size=CHUNK)


def close_steps(apps, schema_editor):
    """Say of each open step of an ended run why it did not get to its end."""
    steps = apps.get_model("benchmarks", "Step").objects
    for state, because in ENDED.items():
        for was, word in (("running", "not finished"), ("waiting", "not begun")):
            steps.filter(run__state=state, state=was).update(
                state="skipped", error=f"{word}: {because}"
            )


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0002_step_strategy")]

    operations = [
        migrations.RunPython(make_public, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(close_steps, migrations.RunPython.noop, elidable=True),
    ]
