"""Serializers of reviews, studies, tables, the flow and documents."""

from typing import Any

from rest_framework import serializers

from reviewdb.common.entered import TEXT_LIMIT
from reviewdb.common.web.serializers import (
    Checked,
    Choice,
    StrictSerializer,
    Text,
    WholeNumber,
    nothing_given,
)
from reviewdb.common.years import FIRST_YEAR
from reviewdb.reviews.models import Review, Study
from taxonomy.models import Approach, Attribute, Tagging
from taxonomy.services.studies import EDITABLE, TAG_LIMIT

Plain = serializers.Serializer[Any]
LAST_YEAR = 2100
"""The latest year that the field allows; the service checks against the current year."""


class ReviewSerializer(serializers.ModelSerializer[Review]):
    """A review with its number of studies."""

    studies = serializers.IntegerField(source="study_count", read_only=True)
    taxonomy = serializers.CharField(
        source="tree.taxonomy.slug", read_only=True, default=None, allow_null=True
    )

    class Meta:
        model = Review
        fields = [
            "id",
            "slug",
            "title",
            "question",
            "protocol",
            "eligibility_criteria",
            "citation",
            "doi",
            "taxonomy",
            "is_public",
            "studies",
        ]


class ApproachSerializer(serializers.ModelSerializer[Approach]):
    """One use of transfer: its node and its technique."""

    node = serializers.CharField(source="node.path")
    node_name = serializers.CharField(source="node.name")

    class Meta:
        model = Approach
        fields = ["id", "node", "node_name", "technique", "section"]


class AttributeSerializer(serializers.ModelSerializer[Attribute]):
    """One statement of the source about the study."""

    attribute = serializers.CharField(source="term.vocabulary.slug")
    slug = serializers.CharField(source="term.slug")
    value = serializers.CharField(source="term.value")

    class Meta:
        model = Attribute
        fields = ["id", "attribute", "slug", "value", "section"]


class TaggingSerializer(serializers.ModelSerializer[Tagging]):
    """A tag on a study."""

    slug = serializers.CharField(source="tag.slug")
    name = serializers.CharField(source="tag.name")

    class Meta:
        model = Tagging
        fields = ["slug", "name"]


class StudySerializer(serializers.ModelSerializer[Study]):
    """A study: its bibliographic entry and evidence, its approaches, attributes and tags."""

    review = serializers.CharField(source="review.slug")
    label = serializers.CharField(  # type: ignore[assignment]  # DRF's own attribute of that name
        source="__str__", help_text="Title, or Reference N."
    )
    approaches = ApproachSerializer(many=True)
    attributes = AttributeSerializer(many=True)
    tags = TaggingSerializer(source="taggings", many=True)

    class Meta:
        model = Study
        fields = [
            "id",
            "review",
            "key",
            "label",
            "title",
            "authors",
            "year",
            "venue",
            "doi",
            "abstract",
            "evidence",
            "edited_fields",
            "approaches",
            "attributes",
            "tags",
        ]
        read_only_fields = fields


class StudyEditSerializer(StrictSerializer):
    """The fields of a study that people may set; at least one must be given."""

    title = Text(allow_blank=True, max_length=TEXT_LIMIT, required=False)
    authors = Text(allow_blank=True, max_length=TEXT_LIMIT, required=False)
    year = WholeNumber(low=FIRST_YEAR, high=LAST_YEAR, allow_null=True, required=False)
    venue = Text(allow_blank=True, max_length=TEXT_LIMIT, required=False)
    doi = Text(allow_blank=True, max_length=TEXT_LIMIT, required=False)
    abstract = Text(allow_blank=True, max_length=TEXT_LIMIT, required=False)

    def validate(self, attrs: Checked) -> Checked:
        """Return the fields; raises ValidationError if there is none."""
        if not attrs:
            raise serializers.ValidationError(nothing_given(EDITABLE))
        return attrs


class TagSerializer(StrictSerializer):
    """A tag by name."""

    tag = Text(max_length=TAG_LIMIT)


class UnlockSerializer(StrictSerializer):
    """The fields to unlock, so that imports may overwrite them again."""

    fields = serializers.ListField(  # type: ignore[assignment]  # the body's word
        child=Choice(EDITABLE), allow_empty=False
    )


class TagsSerializer(Plain):
    """The tags of a study."""

    tags = TaggingSerializer(many=True)


class FacetValueSerializer(Plain):
    """A value and the number of studies that selecting it would show."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF's own attribute of that name
    count = serializers.IntegerField()
    published = serializers.IntegerField(
        required=False,
        help_text="The number that the source states for the whole review, if it does.",
    )


class StrategyRowSerializer(Plain):
    """A type total or a leaf of the strategies table."""

    id = serializers.CharField()
    type = serializers.CharField()
    subtype = serializers.CharField(allow_null=True)
    subsubtype = serializers.CharField(allow_null=True)
    approaches = serializers.IntegerField()
    studies = serializers.IntegerField()
    percent_of_studies = serializers.FloatField()


class TaskRowSerializer(Plain):
    """A task's total (application null) or one of its applications."""

    id = serializers.CharField()
    task = serializers.CharField()
    application = serializers.CharField(allow_null=True)
    published = serializers.IntegerField()
    recounted = serializers.IntegerField(allow_null=True)


class ReconciledSerializer(Plain):
    """A published number and the one counted from rows."""

    id = serializers.CharField()
    table = serializers.CharField()
    row = serializers.CharField()
    column = serializers.CharField()
    published = serializers.FloatField()
    counted = serializers.FloatField(allow_null=True)
    base = serializers.CharField()
    agrees = serializers.BooleanField(allow_null=True)
    cause = serializers.CharField(allow_null=True)


class ReasonSerializer(Plain):
    """A part of a box's count, and its reason."""

    reason = serializers.CharField()
    count = serializers.IntegerField()


class BoxSerializer(Plain):
    """A box of the PRISMA 2020 flow."""

    box = serializers.CharField()
    column = serializers.CharField()
    count = serializers.IntegerField(allow_null=True)
    published = serializers.BooleanField(
        help_text="The count is published by the source, not counted from rows."
    )
    derived = serializers.BooleanField(
        help_text="The count was computed from published counts; the source does not print it."
    )
    reasons = ReasonSerializer(many=True)


class FlowSerializer(Plain):
    """The flow, and the source's wording where it differs from PRISMA 2020."""

    boxes = BoxSerializer(many=True)
    wording = serializers.CharField(allow_blank=True)
    warning = serializers.CharField(
        allow_blank=True, help_text="Which stored stages do not add up."
    )


class StatementSerializer(Plain):
    """A number that a document states, with the recomputed one."""

    statement = serializers.CharField()
    published = serializers.FloatField()
    recomputed = serializers.FloatField(allow_null=True)
    agrees = serializers.BooleanField(allow_null=True)
    explanation = serializers.CharField()


class DocumentSerializer(Plain):
    """A document's tables by name, each a list of rows by column, and its statements."""

    document = serializers.CharField()
    title = serializers.CharField()
    citation = serializers.CharField(allow_blank=True)
    doi = serializers.CharField(allow_blank=True)
    tables = serializers.DictField(
        child=serializers.ListField(child=serializers.DictField()),
    )
    statements = StatementSerializer(many=True)
    warning = serializers.CharField(
        allow_blank=True, help_text="Why there are no statements although some are known."
    )
