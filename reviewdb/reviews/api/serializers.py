"""Serializers of members and changes."""

from rest_framework import serializers

from reviewdb.common.web.permissions import Role
from reviewdb.common.web.serializers import Choice, StrictSerializer, Text
from reviewdb.reviews.models import Change, Membership


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A member and the role."""

    review = serializers.CharField(source="review.slug")
    user = serializers.CharField(source="user.username")

    class Meta:
        model = Membership
        fields = ["id", "review", "user", "role"]


class MemberAddSerializer(StrictSerializer):
    """A new member: review, account and role."""

    review = Text(help_text="Slug of the review.")
    user = Text(help_text="Name of an account that exists.")
    role = Choice(Role.values)


class RoleSerializer(StrictSerializer):
    """The new role."""

    role = Choice(Role.values)


class ChangeSerializer(serializers.ModelSerializer[Change]):
    """One change: who did what to which row and when; ``fields`` has the old and new values."""

    review = serializers.CharField(source="review.slug", allow_null=True, default=None)
    by = serializers.CharField(source="by_name")
    object = serializers.IntegerField(source="object_id", allow_null=True)
    fields = serializers.JSONField(  # type: ignore[assignment]  # name fixed by the API's contract
        help_text='{field: {"from": old, "to": new}}'
    )

    class Meta:
        model = Change
        fields = [
            "id",
            "at",
            "by",
            "review",
            "action",
            "kind",
            "object",
            "label",
            "fields",
            "counts",
        ]
