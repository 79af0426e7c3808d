"""How members and changes read as JSON."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from reviewdb.common.web.permissions import Role
from reviewdb.reviews.models import Change, Membership


class Strict(serializers.Serializer[Any]):
    """A body whose fields are all known; DRF would ignore the others in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the checked values; raises for a field that is none of these."""
        known = ", ".join(self.fields)
        if isinstance(data, Mapping):
            wrong = [str(name) for name in data if name not in self.fields]
            if wrong:
                text = f"unknown field; there are: {known}"
                raise serializers.ValidationError({name: [text] for name in wrong})
        return super().to_internal_value(data)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A member and the role."""

    review = serializers.CharField(source="review.slug")
    user = serializers.CharField(source="user.username")

    class Meta:
        model = Membership
        fields = ["id", "review", "user", "role"]


class MemberAddSerializer(Strict):
    """Who becomes what in which review."""

    review = serializers.CharField(help_text="Slug of the review.")
    user = serializers.CharField(help_text="Name of an account that exists.")
    role = serializers.ChoiceField(choices=Role.choices)


class RoleSerializer(Strict):
    """The new role."""

    role = serializers.ChoiceField(choices=Role.choices)


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
