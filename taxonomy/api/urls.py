"""Addresses of the knowledge base, below ``/api/v1/``."""

from django.urls import URLPattern, path

from taxonomy.api.exports import ExportView

urlpatterns: list[URLPattern] = [
    path("exports/", ExportView.as_view(), name="exports"),
]
