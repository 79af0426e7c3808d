"""How members and changes read as JSON."""

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
    """Who becomes what in which review."""

    review = Text(help_text="Slug of the review.")
    user = Text(help_text="Name of an account that exists.")
    role = Choice(Role.values)


class RoleSerializer(StrictSerializer):
    """The new role."""

    role = Choice(Role.values)


class ChangeSerializer(serializers.ModelSerializer[Change]):
    """Who did what to which row, when; ``fields`` says from what to what."""

    review = serializers.CharField(source="review.slug", allow_null=True, default=None)
    by = serializers.CharField(source="by_name")
    object = serializers.IntegerField(source="object_id", allow_null=True)
    fields = serializers.JSONField(  # type: ignore[assignment]  # the contract's word
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
