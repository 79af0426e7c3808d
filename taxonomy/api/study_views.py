"""`studies/`: found by facet, read, tagged, edited."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.problems import ProblemSerializer
from reviewdb.reviews.models import Study
from taxonomy.api.serializers import (
    FacetValueSerializer,
    StudyEditSerializer,
    StudySerializer,
    TagSerializer,
    TagsSerializer,
    UnlockSerializer,
)
from taxonomy.selectors.facets import FACETS
from taxonomy.selectors.studies import study_facets, study_get, study_list
from taxonomy.services.studies import EDITABLE, study_edit, study_tag, study_unlock, study_untag

HELP = {
    "node": "Path of a taxonomy node; studies below it are found too.",
    "task": "Slug of a task, or not-stated.",
    "application": "Slug of an application, or not-stated.",
    "mri": "What the source says about the modality, or not-stated.",
    "method": "vocabulary:term about the learner, such as uses_cnn:no, or not-stated.",
    "label_setting": "inductive, transductive, unsupervised or not-stated.",
    "technique": "A technique, as filed.",
    "tag": "Slug of a tag.",
    "year": "A year, or not-stated.",
    "review": "Slug of a review.",
}
FILTERS = [
    *(OpenApiParameter(name, str, description=HELP[name]) for name in FACETS),
    OpenApiParameter("q", str, description="Words, all to be found in what is known of a study."),
]
READ = {400: ProblemSerializer}
WRITE = {
    400: ProblemSerializer,
    401: ProblemSerializer,
    403: ProblemSerializer,
    404: ProblemSerializer,
}


@extend_schema(parameters=FILTERS, responses={200: StudySerializer(many=True), **READ})
class StudyList(generics.ListAPIView[Study]):
    """Studies by facet and search, a page at a time."""

    serializer_class = StudySerializer

    def get_queryset(self) -> QuerySet[Study]:
        """Return the studies that every filter admits; an unknown value is a 400."""
        if getattr(self, "swagger_fake_view", False):
            return Study.objects.none()
        return study_list(self.request.user, self.request.query_params.dict())


class StudyFacets(APIView):
    """The facets' values and counts."""

    @extend_schema(
        parameters=FILTERS,
        responses={
            200: inline_serializer(
                "StudyFacets", fields={name: FacetValueSerializer(many=True) for name in FACETS}
            ),
            **READ,
        },
    )
    def get(self, request: Request) -> Response:
        """Return by facet its values, each with the studies that choosing it would show."""
        return Response(study_facets(request.user, request.query_params.dict()))


class StudyDetail(APIView):
    """One study."""

    @extend_schema(responses={200: StudySerializer, 404: ProblemSerializer})
    def get(self, request: Request, pk: int) -> Response:
        """Return the study."""
        return Response(StudySerializer(study_get(request.user, pk)).data)

    @extend_schema(request=StudyEditSerializer, responses={200: StudySerializer, **WRITE})
    def patch(self, request: Request, pk: int) -> Response:
        """Set bibliographic fields; from then on no import overwrites them."""
        study = study_get(request.user, pk)
        edit = StudyEditSerializer(study, data=request.data, partial=True)
        _refuse_unknown(request.data)
        edit.is_valid(raise_exception=True)
        study_edit(study=study, user=request.user, fields=edit.validated_data)
        return Response(StudySerializer(study_get(request.user, pk)).data)


class StudyUnlock(APIView):
    """The fields of one study that no import overwrites."""

    @extend_schema(request=UnlockSerializer, responses={200: StudySerializer, **WRITE})
    def post(self, request: Request, pk: int) -> Response:
        """Let imports overwrite the named fields again; their values stay until then."""
        body = UnlockSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        study = study_get(request.user, pk)
        study_unlock(study=study, user=request.user, fields=body.validated_data["fields"])
        return Response(StudySerializer(study_get(request.user, pk)).data)


class StudyTags(APIView):
    """The tags of one study."""

    @extend_schema(
        request=TagSerializer, responses={200: TagsSerializer, 201: TagsSerializer, **WRITE}
    )
    def post(self, request: Request, pk: int) -> Response:
        """Give the study a tag: 201 where it is new to the study, 200 where it was there."""
        study = study_get(request.user, pk)
        body = TagSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        _, created = study_tag(study=study, name=body.validated_data["tag"], user=request.user)
        return Response(_tags(request, pk), status=201 if created else 200)

    @extend_schema(
        parameters=[OpenApiParameter("tag", str, required=True, description="Slug of the tag.")],
        responses={200: TagsSerializer, **WRITE},
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Take a tag off the study, named in the query or in the body."""
        study = study_get(request.user, pk)
        data = request.query_params if "tag" in request.query_params else request.data
        body = TagSerializer(data=data)
        body.is_valid(raise_exception=True)
        study_untag(study=study, tag=body.validated_data["tag"], user=request.user)
        return Response(_tags(request, pk))


def _tags(request: Request, pk: int) -> dict[str, Any]:
    return {"tags": StudySerializer(study_get(request.user, pk)).data["tags"]}


def _refuse_unknown(data: Any) -> None:
    """Raise for a body that is no object or names other fields: DRF would ignore them."""
    if not isinstance(data, dict):
        raise ValidationError({"body": ["must be an object"]})
    text = f"not editable; editable: {', '.join(EDITABLE)}"
    errors = {str(name): [text] for name in data if name not in EDITABLE}
    if errors or not data:
        message = f"{next(iter(errors))}: {text}" if errors else f"nothing to set; {text[14:]}"
        raise RuleViolation(message, errors)
