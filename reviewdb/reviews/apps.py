"""Configuration of the reviews app."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Reviews, their members, searches and studies."""

    name = "reviewdb.reviews"
    label = "reviews"
