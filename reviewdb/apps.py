"""The project as a Django app: its commands, and the Celery application for every process."""

from importlib import import_module

from django.apps import AppConfig


class ReviewdbConfig(AppConfig):
    """Loads the Celery application, so that a web process sends jobs to the right broker."""

    name = "reviewdb"

    def ready(self) -> None:
        """Make `reviewdb.celery` the current application."""
        import_module("reviewdb.celery")
