"""The endpoints of the effects that studies report."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reviewdb.common.web.serializers import (
    Checked,
    StrictSerializer,
    Text,
    WholeNumber,
    nothing_given,
)
from reviewdb.common.web.views import StrictView, whole_list, whole_list_schema
from taxonomy.models import ReportedEffect
from taxonomy.models.effects import NAME_LIMIT
from taxonomy.selectors.effects import effect_get
from taxonomy.selectors.studies import study_get
from taxonomy.services.effects import EFFECT_FIELDS, LARGEST, effect_add, effect_edit, effect_remove


class EffectSerializer(serializers.ModelSerializer[ReportedEffect]):
    """An effect as a study reports it."""

    study = serializers.IntegerField(source="study_id")

    class Meta:
        model = ReportedEffect
        fields = ["id", "study", *EFFECT_FIELDS]
        read_only_fields = fields


class EffectEditSerializer(StrictSerializer):
    """The fields of an effect; spreads are standard deviations over test subjects."""

    better = Text(max_length=NAME_LIMIT, required=False)
    worse = Text(max_length=NAME_LIMIT, required=False)
    metric = Text(max_length=100, required=False)
    is_higher_better = serializers.BooleanField(required=False)
    better_value = serializers.FloatField(required=False)
    worse_value = serializers.FloatField(required=False)
    better_sd = serializers.FloatField(allow_null=True, min_value=0, required=False)
    worse_sd = serializers.FloatField(allow_null=True, min_value=0, required=False)
    subjects = WholeNumber(low=2, high=LARGEST, allow_null=True, required=False)
    sites = WholeNumber(low=1, high=LARGEST, allow_null=True, required=False)
    datasets = Text(allow_blank=True, max_length=NAME_LIMIT, required=False)
    node_path = Text(allow_blank=True, max_length=NAME_LIMIT, required=False)
    section = Text(allow_blank=True, max_length=100, required=False)

    def validate(self, attrs: Checked) -> Checked:
        """Return the fields; raises ValidationError if there is none."""
        if not attrs:
            raise serializers.ValidationError(nothing_given(EFFECT_FIELDS))
        return attrs


class StudyEffects(StrictView):
    """The effects that one study reports."""

    @extend_schema(responses=whole_list_schema("StudyEffects", EffectSerializer))
    def get(self, request: Request, pk: int) -> Response:
        """Return the study's reported effects."""
        effects = study_get(request.user, pk).effects.all()
        return whole_list(list(EffectSerializer(effects, many=True).data))

    @extend_schema(request=EffectEditSerializer, responses={201: EffectSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Add an effect: better, worse, metric and both values are needed."""
        study = study_get(request.user, pk)
        effect = effect_add(study=study, fields=_fields(request), user=request.user)
        return Response(EffectSerializer(effect).data, status=201)


class EffectDetail(StrictView):
    """One reported effect."""

    @extend_schema(responses=EffectSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return the effect."""
        return Response(EffectSerializer(effect_get(request.user, pk)).data)

    @extend_schema(request=EffectEditSerializer, responses=EffectSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Set the given fields."""
        effect = effect_get(request.user, pk)
        changed = effect_edit(effect=effect, fields=_fields(request), user=request.user)
        return Response(EffectSerializer(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Remove the effect."""
        effect_remove(effect=effect_get(request.user, pk), user=request.user)
        return Response(status=204)


def _fields(request: Request) -> dict[str, Any]:
    body = EffectEditSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    fields: dict[str, Any] = body.validated_data
    return fields
