"""API endpoints of runs and results; each checks input and calls one selector or service."""

import mimetypes
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, generics, mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from benchmarks.api.queries import (
    CompareQuery,
    EventQuery,
    ResultFilterSet,
    RunFilterSet,
    checked,
)
from benchmarks.api.serializers import (
    EventSerializer,
    ResultSerializer,
    RunComparisonSerializer,
    RunDetailSerializer,
    RunRequestSerializer,
    RunSerializer,
)
from benchmarks.models import Artifact, Event, Result, Run
from benchmarks.selectors import result_list, run_list, run_progress
from benchmarks.selectors.comparison import run_comparison
from benchmarks.selectors.run_parts import ArtifactLostError, artifact_open
from benchmarks.services.deletion import run_delete
from benchmarks.services.runs import run_cancel, run_request, run_retry
from reviewdb.common.web.api import KeysetPagination, NewestFirst
from reviewdb.common.web.problems import ProblemSerializer
from reviewdb.common.web.schema import file_responses
from reviewdb.common.web.serializers import NoBody
from reviewdb.common.web.views import StrictView

PAGED = ("list", "events")
SHOWN = ("image/png", "application/json", "text/csv")
"""Content types that browsers may display; other files are downloaded."""

NOT_YOURS = OpenApiResponse(ProblemSerializer, "A run that another account requested.")


class Gone(exceptions.APIException):
    """HTTP 410: the file existed, but storage lost or damaged it."""

    status_code = status.HTTP_410_GONE


def _requester(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None


class RunViewSet(
    StrictView,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Run],
):
    """Runs: list, one, request, cancel, retry, delete, log, files."""

    serializer_class = RunSerializer
    pagination_class = NewestFirst
    filterset_class: type[RunFilterSet] | None = RunFilterSet
    queryset = Run.objects.none()
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Run]:
        """Return all runs, newest first."""
        return run_list()

    def filter_queryset(self, queryset: Any) -> Any:
        """Return the runs that the list's filters admit; one run is not filtered."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def filter_parameters(self) -> list[str]:
        """Return the names of the list's filters."""
        return super().filter_parameters() if self.action == "list" else []

    def page_parameters(self) -> list[str]:
        """Return the paging parameters of the list of runs, or of a run's log."""
        return super().page_parameters() if self.action in PAGED else []

    def _detail(self, run: Run, code: int = status.HTTP_200_OK) -> Response:
        fresh: Any = get_object_or_404(run_list(), pk=run.pk)
        fresh.progress = run_progress(fresh)
        return Response(RunDetailSerializer(fresh, context={"request": self.request}).data, code)

    @extend_schema(responses=RunDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one run with its progress, steps and files."""
        return self._detail(self.get_object())

    @extend_schema(request=RunRequestSerializer, responses={201: RunDetailSerializer})
    def create(self, request: Request) -> Response:
        """Request a run, which is queued for a worker."""
        asked = RunRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        run = run_request(**asked.validated_data, requested_by=_requester(request))
        return self._detail(run, status.HTTP_201_CREATED)

    @extend_schema(responses={204: None, 403: NOT_YOURS})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete an ended run with its results and files; finished steps stay for other runs."""
        run_delete(run_id=self.get_object().pk, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={200: RunDetailSerializer, 403: NOT_YOURS})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Cancel a run: at once if queued, within 5 s if running."""
        NoBody(data=request.data).is_valid(raise_exception=True)
        return self._detail(run_cancel(run_id=self.get_object().pk, user=request.user))

    @extend_schema(request=None, responses={201: RunDetailSerializer, 403: NOT_YOURS})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Request an ended run again, linked to the old one; finished steps are reused."""
        NoBody(data=request.data).is_valid(raise_exception=True)
        run = run_retry(run_id=self.get_object().pk, user=cast(User, request.user))
        return self._detail(run, status.HTTP_201_CREATED)

    @extend_schema(parameters=[EventQuery], responses={200: EventSerializer(many=True)})
    @action(
        detail=True,
        pagination_class=KeysetPagination,
        serializer_class=EventSerializer,
        filterset_class=None,
        parameters=("after",),
    )
    def events(self, request: Request, pk: str) -> Response:
        """Return the run's log after an event, oldest first."""
        after = checked(EventQuery, request).validated_data["after"]
        rows = Event.objects.filter(run=self.get_object(), pk__gt=after)
        page: Any = self.paginate_queryset(rows)  # type: ignore[arg-type]  # events, not runs
        return self.get_paginated_response(EventSerializer(page, many=True).data)

    @extend_schema(parameters=[CompareQuery], responses={200: RunComparisonSerializer})
    @action(detail=True, pagination_class=None, parameters=("with",))
    def compare(self, request: Request, pk: str) -> Response:
        """Return the differences between this run, ``a``, and the run in ``with``, ``b``."""
        other = checked(CompareQuery, request).validated_data["with"]
        return Response(run_comparison(self.get_object().pk, other))

    @extend_schema(
        responses={
            **file_responses(*SHOWN, "application/octet-stream"),
            410: OpenApiResponse(ProblemSerializer, "The file was lost or damaged in storage."),
        }
    )
    @action(
        detail=True,
        pagination_class=None,
        url_path="artifacts/(?P<artifact_id>[0-9]{1,18})",
        url_name="artifact",
    )
    def artifact(self, request: Request, pk: str, artifact_id: str) -> FileResponse:
        """Return a file of the run; 410 if storage lost or changed it."""
        row = get_object_or_404(Artifact, run_id=pk, pk=artifact_id)
        guessed = mimetypes.guess_type(row.name)[0]
        kind = guessed if guessed in SHOWN else "application/octet-stream"
        try:
            file = artifact_open(row)
        except ArtifactLostError as error:
            raise Gone(str(error)) from error
        return FileResponse(
            file, filename=row.name, content_type=kind, as_attachment=kind not in SHOWN
        )


class ResultList(StrictView, generics.ListAPIView[Result]):
    """Results: every measured value, with filters."""

    serializer_class: type[BaseSerializer[Result]] = ResultSerializer
    filterset_class = ResultFilterSet

    def get_queryset(self) -> QuerySet[Result]:
        """Return every result, oldest first."""
        return result_list()
