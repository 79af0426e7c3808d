"""What our experiments say."""

from django.apps import AppConfig


class BenchmarksConfig(AppConfig):
    """Runs, steps, results and the files they made."""

    name = "benchmarks"
