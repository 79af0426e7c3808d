"""The endpoints `members/` and `changes/`."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from reviewdb.common.entered import not_one_of, whole_number
from reviewdb.common.web.api import NewestFirst
from reviewdb.common.web.permissions import require
from reviewdb.common.web.problems import ProblemSerializer
from reviewdb.common.web.views import StrictView
from reviewdb.reviews.api.serializers import (
    ChangeSerializer,
    MemberAddSerializer,
    MemberSerializer,
    RoleSerializer,
)
from reviewdb.reviews.models import Change, Membership, Review
from reviewdb.reviews.selectors.changes import change_list, member_list
from reviewdb.reviews.selectors.reviews import visible_reviews
from reviewdb.reviews.services.members import member_add, member_remove, member_set_role

REVIEW = OpenApiParameter(
    "review", str, description="Slug of a review; without it, all of the caller's reviews."
)
NO_MEMBER = {
    403: OpenApiResponse(ProblemSerializer, "The review is public, but you are not a member.")
}
STUDY = OpenApiParameter("study", int, description="Id of a study: only its changes.")


class MemberList(StrictView, generics.ListAPIView[Membership]):
    """The members of the caller's reviews."""

    serializer_class = MemberSerializer
    parameters = ("review",)
    permission_classes = [IsAuthenticated]

    def get_queryset(self) -> QuerySet[Membership]:
        """Return the members of one review, or of all reviews of the caller."""
        if getattr(self, "swagger_fake_view", False):
            return Membership.objects.none()
        return member_list(self.request.user, _asked_review(self.request, "members.read"))

    @extend_schema(parameters=[REVIEW], responses={200: MemberSerializer(many=True), **NO_MEMBER})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the members, a page at a time."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=MemberAddSerializer, responses={201: MemberSerializer})
    def post(self, request: Request) -> Response:
        """Give an account a role in a review that the caller owns."""
        body = MemberAddSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        row = member_add(
            review=_review(request, body.validated_data["review"]),
            username=body.validated_data["user"],
            role=body.validated_data["role"],
            user=request.user,
        )
        return Response(MemberSerializer(row).data, status=201)


class MemberDetail(StrictView):
    """One member."""

    permission_classes = [IsAuthenticated]

    @extend_schema(responses=MemberSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return the member."""
        return Response(MemberSerializer(self._member(request, pk)).data)

    @extend_schema(request=RoleSerializer, responses=MemberSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Give the member another role."""
        member = self._member(request, pk)
        body = RoleSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        row = member_set_role(member=member, role=body.validated_data["role"], user=request.user)
        return Response(MemberSerializer(row).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Remove the member from the review."""
        member_remove(member=self._member(request, pk), user=request.user)
        return Response(status=204)

    def _member(self, request: Request, pk: int) -> Membership:
        return get_object_or_404(member_list(request.user), pk=pk)


class ChangeList(StrictView, generics.ListAPIView[Change]):
    """The changes in the caller's reviews, newest first."""

    serializer_class = ChangeSerializer
    pagination_class = NewestFirst
    parameters = ("review", "study")
    permission_classes = [IsAuthenticated]

    def get_queryset(self) -> QuerySet[Change]:
        """Return the changes of one review or study, or of all reviews of the caller."""
        if getattr(self, "swagger_fake_view", False):
            return Change.objects.none()
        rows = change_list(self.request.user, _asked_review(self.request, "changes.read"))
        study = self.request.query_params.get("study", "").strip()
        if not study:
            return rows
        number = whole_number(study)
        if number is None:
            raise ValidationError({"study": [f"must be the id of a study, got {study[:40]!r}"]})
        return rows.filter(kind="study", object_id=number)

    @extend_schema(
        parameters=[REVIEW, STUDY], responses={200: ChangeSerializer(many=True), **NO_MEMBER}
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the changes, a page at a time."""
        return super().get(request, *args, **kwargs)


def _asked_review(request: Request, action: str) -> Review | None:
    """Return the review in the query, after the permission check; None if none is given."""
    slug = request.query_params.get("review", "").strip()
    if not slug:
        return None
    review = _review(request, slug)
    require(request.user, action, review)
    return review


def _review(request: Request, slug: str) -> Review:
    """Return the review; raises the same error for an unreadable one as for a missing one."""
    reviews = visible_reviews(request.user)
    review = reviews.filter(slug=slug).first()
    if review is None:
        known = list(reviews.values_list("slug", flat=True))
        raise ValidationError({"review": [not_one_of(slug, known)]})
    return review
