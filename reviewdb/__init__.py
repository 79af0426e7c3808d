"""The project: settings, addresses, worker. No review or benchmark rule lives here."""

from reviewdb.celery import app as celery_app

__all__ = ["celery_app"]
