"""The Celery application: `celery -A reviewdb worker`."""

import os
from typing import Any

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewdb.settings")


def _from_django() -> dict[str, Any]:
    """Return ``settings.CELERY``; read on first use, since settings import this package."""
    return settings.CELERY


app = Celery("reviewdb")
app.add_defaults(_from_django)
app.autodiscover_tasks(["benchmarks"])
# Only a worker imports this: its heartbeat and the recovery of lost runs.
app.autodiscover_tasks(["benchmarks.services"], related_name="worker")
