"""`exports/`: one export of one review as a file."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from reviewdb.common.tables_out import ALIASES, CONTENT_TYPES
from reviewdb.reviews.models import Review
from reviewdb.reviews.selectors.reviews import visible_reviews
from taxonomy.exports import registry
from taxonomy.exports.registry import EXPORTS, choices_text, export_choice, export_render

FORMATS = [
    *dict.fromkeys(fmt for formats in registry.FORMATS.values() for fmt in formats),
    *ALIASES,
]
CHOICES = choices_text()
MEDIA_TYPES = sorted({kind.partition(";")[0] for kind in CONTENT_TYPES.values()})


class NoNegotiation(BaseContentNegotiation):
    """Leaves ``format`` and the Accept header to the view: here they do not pick a renderer."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        """Return the first parser."""
        return next(iter(parsers), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the first renderer; only errors are rendered with it."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class ExportView(APIView):
    """A file of a review."""

    content_negotiation_class = NoNegotiation

    @extend_schema(
        operation_id="exports_retrieve",
        summary="One export of a review as a file",
        description=f"What comes in which formats: {CHOICES}.",
        parameters=[
            OpenApiParameter("review", str, required=True, description="Slug of the review."),
            OpenApiParameter("what", str, required=True, enum=list(EXPORTS)),
            OpenApiParameter("format", str, required=True, enum=FORMATS),
        ],
        responses={(200, kind): OpenApiTypes.BINARY for kind in MEDIA_TYPES},
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the file; 400 names the parameter and its choices."""
        slug, what, fmt = (_parameter(request, name) for name in ("review", "what", "format"))
        export_choice(what, fmt)
        file = export_render(_review(request, slug), what, fmt)
        disposition = f'attachment; filename="{file.name}"'
        return HttpResponse(
            file.content,
            content_type=file.content_type,
            headers={"Content-Disposition": disposition},
        )


def _parameter(request: Request, name: str) -> str:
    value = request.query_params.get(name, "").strip()
    if not value:
        raise ValidationError({name: [f"is required; {CHOICES}"]})
    return str(value)


def _review(request: Request, slug: str) -> Review:
    """Return the review; an unknown value in a parameter is a 400, unlike one in a path."""
    reviews = visible_reviews(request.user)
    review = reviews.filter(slug=slug).first()
    if review is None:
        known = ", ".join(reviews.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise ValidationError({"review": [f"unknown review {slug!r}; there are: {known}"]})
    return review
