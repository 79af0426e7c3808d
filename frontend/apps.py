"""Django's configuration of the pages' app."""

from django.apps import AppConfig


class FrontendConfig(AppConfig):
    """The app of the pages: it reads from selectors and writes through services."""

    name = "frontend"
