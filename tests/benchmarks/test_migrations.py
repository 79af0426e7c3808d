"""What migrations make of older rows."""

from importlib import import_module

from django.apps import apps

from benchmarks.models import Event, Run, RunState, StepState
from benchmarks.running import attempts

PUBLIC_EVENTS = import_module("benchmarks.migrations.0003_public_events")


def test_older_events_steps_and_reasons_lose_the_hosts_paths(queued, home):
    path = str(home / "engine" / "a.png")
    Event.objects.create(run=queued, name="artifact", payload={"name": "a.png", "path": path})
    tail = f'Traceback (most recent call last):\n  File "{path}"\nOSError: no {path}'
    Event.objects.create(run=queued, name="log", payload={"message": tail})
    Run.objects.update(reason="no file /home/ada/a.nii")
    queued.steps.filter(position=0).update(error="no file /home/ada/a.nii")
    PUBLIC_EVENTS.make_public(apps, None)
    assert [event.payload for event in Event.objects.all()] == [
        {"name": "a.png"},
        {"message": "OSError: no engine/a.png"},
    ]
    queued.refresh_from_db()
    assert queued.reason == queued.steps.get(position=0).error == "no file a.nii"


def test_open_steps_of_older_ended_runs_are_closed(queued):
    queued.steps.filter(position=0).update(state=StepState.RUNNING)
    Run.objects.update(state=RunState.CANCELLED)
    PUBLIC_EVENTS.close_steps(apps, None)
    first, second = queued.steps.order_by("position")[:2]
    assert first.error == "not finished: the run was cancelled"
    assert (second.state, second.error) == ("skipped", "not begun: the run was cancelled")
    assert attempts.claim(queued.pk) is None
