"""The endpoint `exports/`: one export of one review as a file."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from reviewdb.common.tables_out import ALIASES, CONTENT_TYPES
from reviewdb.common.web.filters import filter_parameters
from reviewdb.common.web.schema import file_responses
from reviewdb.common.web.views import StrictView
from reviewdb.reviews.selectors.reviews import visible_reviews
from taxonomy.exports import registry
from taxonomy.exports.registry import EXPORTS, choices_text, export_choice, export_render
from taxonomy.selectors.studies import readable_studies
from taxonomy.selectors.study_filters import StudyFilterSet

FORMATS = [
    *dict.fromkeys(fmt for formats in registry.FORMATS.values() for fmt in formats),
    *ALIASES,
]
CHOICES = choices_text()
MEDIA_TYPES = sorted({kind.partition(";")[0] for kind in CONTENT_TYPES.values()})


class NoNegotiation(BaseContentNegotiation):
    """Ignores ``format`` and the Accept header, which the view reads itself."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        """Return the first parser."""
        return next(iter(parsers), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the first renderer, which only renders errors."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class ExportView(StrictView):
    """A file of a review."""

    content_negotiation_class = NoNegotiation
    parameters = ("what", *StudyFilterSet.base_filters)

    @extend_schema(
        operation_id="exports_retrieve",
        summary="One export of a review as a file",
        description=f"What comes in which formats: {CHOICES}. Filters other than the review choose "
        "among its studies, where the export is a list of them.",
        parameters=[
            OpenApiParameter("what", str, required=True, enum=list(EXPORTS)),
            OpenApiParameter("format", str, required=True, enum=FORMATS),
            *filter_parameters(StudyFilterSet, required=["review"]),
        ],
        responses=file_responses(*MEDIA_TYPES),
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the file; 400 names the parameter and its choices."""
        slug, what, fmt = (_parameter(request, name) for name in ("review", "what", "format"))
        export_choice(what, fmt)
        asked = StudyFilterSet(
            request.query_params, readable_studies(request.user), user=request.user
        )
        is_some = set(asked.chosen()) != {"review"}
        review = visible_reviews(request.user).get(slug=slug)
        file = export_render(review, what, fmt, asked.found() if is_some else None)
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
