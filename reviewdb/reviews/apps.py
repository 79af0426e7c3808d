"""How studies were found and chosen."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Reviews, their people, searches and studies."""

    name = "reviewdb.reviews"
    label = "reviews"
