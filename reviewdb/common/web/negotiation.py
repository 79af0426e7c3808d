"""Which renderer answers a request of the API."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from reviewdb.common.entered import not_one_of

FORMAT = "format"
"""The parameter that picks a renderer; every endpoint takes it."""


class Negotiation(DefaultContentNegotiation):
    """The Accept header or ``format`` pick a renderer; an unknown format is a 400."""

    def filter_renderers(self, renderers: Iterable[BaseRenderer], format: str) -> Any:
        """Return the renderers of the format."""
        try:
            return super().filter_renderers(renderers, format)
        except Http404:
            known = dict.fromkeys(str(renderer.format) for renderer in renderers)
            raise ValidationError({FORMAT: [not_one_of(format, list(known))]}) from None
