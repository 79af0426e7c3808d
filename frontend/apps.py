"""What people see."""

from django.apps import AppConfig


class FrontendConfig(AppConfig):
    """Pages; reads selectors, calls services."""

    name = "frontend"
