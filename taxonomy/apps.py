"""What the literature says."""

from django.apps import AppConfig


class TaxonomyConfig(AppConfig):
    """The knowledge base: reviews, studies, the taxonomy, published values."""

    name = "taxonomy"
