"""The endpoints `studies/`: list, facets, details, edits, tags."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.filters import filter_parameters
from reviewdb.common.web.views import StrictView
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
from taxonomy.selectors.studies import readable_studies, study_facets, study_get, with_details
from taxonomy.selectors.study_filters import StudyFilterSet
from taxonomy.services.studies import TAG_LIMIT, study_edit, study_tag, study_unlock, study_untag

SLUG = {"type": "string", "minLength": 1, "maxLength": TAG_LIMIT}


class StudyList(StrictView, generics.ListAPIView[Study]):
    """Studies by facet and search, a page at a time."""

    serializer_class = StudySerializer
    filterset_class = StudyFilterSet
    queryset = Study.objects.none()

    def get_queryset(self) -> QuerySet[Study]:
        """Return the studies that the caller may read; filters are applied afterwards."""
        return with_details(readable_studies(self.request.user))


class StudyFacets(StrictView):
    """The values of the facets, with counts."""

    parameters = tuple(StudyFilterSet.base_filters)

    @extend_schema(
        parameters=filter_parameters(StudyFilterSet),
        responses=inline_serializer(
            "StudyFacets", fields={name: FacetValueSerializer(many=True) for name in FACETS}
        ),
    )
    def get(self, request: Request) -> Response:
        """Return each facet's values with the number of studies that selecting one would show."""
        return Response(study_facets(request.user, request.query_params.dict()))


class StudyDetail(StrictView):
    """One study."""

    @extend_schema(responses=StudySerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return the study."""
        return Response(StudySerializer(study_get(request.user, pk)).data)

    @extend_schema(request=StudyEditSerializer, responses=StudySerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Set bibliographic fields, which imports then no longer overwrite."""
        study = study_get(request.user, pk)
        edit = StudyEditSerializer(data=request.data)
        edit.is_valid(raise_exception=True)
        study_edit(study=study, user=request.user, fields=edit.validated_data)
        return Response(StudySerializer(study_get(request.user, pk)).data)


class StudyUnlock(StrictView):
    """The fields of one study that are locked against imports."""

    @extend_schema(request=UnlockSerializer, responses=StudySerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Unlock the named fields for imports; their values stay until then."""
        body = UnlockSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        study = study_get(request.user, pk)
        study_unlock(study=study, user=request.user, fields=body.validated_data["fields"])
        return Response(StudySerializer(study_get(request.user, pk)).data)


class StudyTags(StrictView):
    """The tags of one study."""

    parameters = ("tag",)

    @extend_schema(request=TagSerializer, responses={200: TagsSerializer, 201: TagsSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Tag the study: 201 if the tag is new to it, 200 if it had the tag."""
        study = study_get(request.user, pk)
        body = TagSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        _, created = study_tag(study=study, name=body.validated_data["tag"], user=request.user)
        return Response(_tags(request, pk), status=201 if created else 200)

    @extend_schema(
        parameters=[
            OpenApiParameter("tag", SLUG, required=True, description="Slug or name of the tag.")
        ],
        responses=TagsSerializer,
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Remove a tag, named in the query or in the body, from the study."""
        study = study_get(request.user, pk)
        data = (
            {"tag": request.query_params["tag"]} if "tag" in request.query_params else request.data
        )
        body = TagSerializer(data=data)
        body.is_valid(raise_exception=True)
        study_untag(study=study, tag=body.validated_data["tag"], user=request.user)
        return Response(_tags(request, pk))


def _tags(request: Request, pk: int) -> dict[str, list[JsonObject]]:
    return {"tags": StudySerializer(study_get(request.user, pk)).data["tags"]}
