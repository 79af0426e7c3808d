"""The Celery application: `celery -A reviewdb worker`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewdb.settings")

app = Celery("reviewdb")
app.config_from_object("django.conf:settings.CELERY")
app.autodiscover_tasks(["benchmarks"])
# Only a worker imports this: its heartbeat, and the look for lost runs.
app.autodiscover_tasks(["benchmarks"], related_name="worker")
