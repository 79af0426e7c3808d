"""Endpoints of source selection: ranked source tasks, target tasks, and the reproduced tables."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.fields import empty
from rest_framework.request import Request
from rest_framework.response import Response

from benchmarks.api.queries import checked
from benchmarks.findings.source_selection.errors import SelectionError
from benchmarks.selectors.source_selection import (
    NO_RUN,
    SCORES,
    Ranking,
    SourceEvidence,
    source_evidence,
    source_ranking,
    source_reproduction,
    source_runs,
    target_list,
)
from reviewdb.common.entered import not_one_of
from reviewdb.common.web.problems import ProblemSerializer
from reviewdb.common.web.serializers import Checked, Text, WholeNumber
from reviewdb.common.web.views import StrictView, whole_list, whole_list_schema

NONE_YET = OpenApiResponse(ProblemSerializer, "No run of the benchmark has succeeded yet.")


class QueryFlag(serializers.BooleanField):
    """A boolean query parameter; if it is missing, its default applies, unlike in an HTML form."""

    default_empty_html = empty


class EvidenceQuery(serializers.Serializer[Any]):
    """The run whose numbers are used, by default the newest that succeeded."""

    run = WholeNumber(low=1, required=False)

    def validate(self, attrs: Checked) -> Checked:
        """Return the query with its evidence; raises the API's 404 if no run has any."""
        run_id = attrs.get("run")
        evidence = source_evidence(run_id)
        if evidence is None and run_id is None:
            raise NotFound(NO_RUN)
        if evidence is None:
            known = ", ".join(str(run.pk) for run in source_runs()) or "(none yet)"
            text = f"run {run_id} has no source selection; runs that have one: {known}"
            raise ValidationError({"run": [text]})
        return {**attrs, "evidence": evidence}

    @property
    def evidence(self) -> SourceEvidence:
        """Return the evidence of the run."""
        found: SourceEvidence = self.validated_data["evidence"]
        return found


class RankingQuery(EvidenceQuery):
    """The target task, the score, and the steps before ranking."""

    target = Text(
        error_messages={"required": "name a target task; source-selection/targets/ lists them"}
    )
    score = Text(default=SCORES[0])
    modality = QueryFlag(default=True)
    roi = QueryFlag(default=True)

    def validate(self, attrs: Checked) -> Checked:
        """Return the query; a target or score that the run lacks is a 400."""
        attrs = super().validate(attrs)
        evidence = attrs["evidence"]
        for name, known in (("target", list(evidence.targets)), ("score", evidence.scores)):
            if attrs[name] not in known:
                raise ValidationError({name: [not_one_of(attrs[name], list(known))]})
        return attrs

    def ranking(self) -> Ranking:
        """Return the ranked sources; raises the API's 400 if no source is left to rank."""
        asked = self.validated_data
        try:
            return source_ranking(
                self.evidence,
                target=asked["target"],
                score=asked["score"],
                by_modality=asked["modality"],
                by_roi=asked["roi"],
            )
        except SelectionError as error:
            raise ValidationError({"target": [str(error)]}) from None


class TargetTaskSerializer(serializers.Serializer[Any]):
    """A target task: its place, its modality and its region."""

    name = serializers.CharField()
    dataset = serializers.CharField()
    partition = serializers.CharField(allow_null=True)
    modality = serializers.CharField()
    region = serializers.CharField()


class EvidenceSerializer(serializers.Serializer[Any]):
    """The origin of the numbers; with one seed, no interval covers seeds."""

    run = serializers.IntegerField()
    benchmark = serializers.CharField()
    profile = serializers.CharField()
    seeds = serializers.IntegerField()
    simulated = serializers.BooleanField()


class TargetSerializer(EvidenceSerializer, TargetTaskSerializer):
    """A target task; ``sources`` is the number of its candidates."""

    id = serializers.CharField()
    sources = serializers.IntegerField()
    scores = serializers.ListField(child=serializers.CharField())


class RankedSourceSerializer(serializers.Serializer[Any]):
    """A source task: whether it was kept, why, and the evidence about it.

    ``score`` is the requested one. ``dice`` was measured after tuning from this source, and
    ``dice_place`` is its rank by that among all sources. A score that could not be computed is
    null, with a reason.
    """

    source = serializers.CharField()  # type: ignore[assignment]  # the word for what is ranked
    modality = serializers.CharField()
    region = serializers.CharField()
    kept = serializers.BooleanField()
    rank = serializers.IntegerField(allow_null=True)
    fell_out_at = serializers.ChoiceField(choices=["modality", "roi", "score"], allow_null=True)
    reason = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    roi_similarity = serializers.FloatField(allow_null=True)
    scores = serializers.DictField(child=serializers.FloatField(allow_null=True))
    reasons = serializers.DictField(child=serializers.CharField())
    dice = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    per_seed = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    gain = serializers.FloatField(allow_null=True)
    dice_place = serializers.IntegerField(allow_null=True)


class UnmeasuredSourceSerializer(serializers.Serializer[Any]):
    """A source whose steps failed, and why."""

    source = serializers.CharField()  # type: ignore[assignment]  # the word for what is ranked
    reason = serializers.CharField()


class RankingSerializer(EvidenceSerializer):
    """The sources of a target, best first, then the excluded ones.

    ``path`` is 1 with both steps, 2 with neither, null with one; ``keep`` is the share of regions
    that the RoI step keeps.
    """

    target = TargetTaskSerializer()
    score = serializers.CharField()
    by_modality = serializers.BooleanField()
    by_roi = serializers.BooleanField()
    keep = serializers.FloatField()
    path = serializers.IntegerField(allow_null=True)
    candidates = RankedSourceSerializer(many=True)
    failed = UnmeasuredSourceSerializer(many=True)


class PairedCellSerializer(serializers.Serializer[Any]):
    """A cell as printed in the paper, and as reproduced on other data.

    ``low`` and ``high`` are the 95% interval of a reproduced Dice.
    """

    column = serializers.CharField()
    published = serializers.FloatField(allow_null=True)
    reproduced = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class PairedRowSerializer(serializers.Serializer[Any]):
    """A row of a table."""

    key = serializers.DictField(child=serializers.CharField())
    cells = PairedCellSerializer(many=True)


class PairedTableSerializer(serializers.Serializer[Any]):
    """One of Tables I to VI."""

    table = serializers.CharField()
    title = serializers.CharField()
    rows = PairedRowSerializer(many=True)


class PairedStatementSerializer(serializers.Serializer[Any]):
    """A claim of the paper's text; ``agrees`` is true if the reproduced cells support it."""

    statement = serializers.CharField()
    claimed = serializers.FloatField()
    published = serializers.FloatField(allow_null=True)
    reproduced = serializers.FloatField(allow_null=True)
    agrees = serializers.BooleanField(allow_null=True)
    explanation = serializers.CharField()


class ReproductionSerializer(EvidenceSerializer):
    """The paper's numbers and those measured here; ``left_out`` has the missing rows and why.

    A question's ``answer`` is yes, no, open or withheld, and ``withheld`` says why.
    """

    document = serializers.CharField()
    protocol = serializers.DictField(child=serializers.CharField())
    tables = PairedTableSerializer(many=True)
    left_out = serializers.ListField(child=serializers.DictField())
    statements = PairedStatementSerializer(many=True)
    questions = serializers.ListField(child=serializers.DictField())
    questions_left_out = serializers.ListField(child=serializers.DictField())
    stability = serializers.ListField(child=serializers.DictField())
    cost = serializers.DictField()


class SourceRanking(StrictView):
    """Which source task to transfer from."""

    parameters = ("run", "target", "score", "modality", "roi")

    @extend_schema(
        parameters=[RankingQuery],
        responses={200: RankingSerializer, 404: NONE_YET},
    )
    def get(self, request: Request) -> Response:
        """Return the sources of a target task, ranked, each with its evidence."""
        return Response(checked(RankingQuery, request).ranking())


class TargetList(StrictView):
    """The target tasks for which sources are ranked."""

    parameters = ("run",)

    @extend_schema(
        parameters=[EvidenceQuery],
        responses={
            200: whole_list_schema("TargetPage", TargetSerializer),
            404: NONE_YET,
        },
    )
    def get(self, request: Request) -> Response:
        """Return every target task of the run."""
        return whole_list(target_list(checked(EvidenceQuery, request).evidence))


class Reproduction(StrictView):
    """Tables I to VI of Li et al., published and reproduced."""

    parameters = ("run",)

    @extend_schema(
        parameters=[EvidenceQuery],
        responses={200: ReproductionSerializer, 404: NONE_YET},
    )
    def get(self, request: Request) -> Response:
        """Return tables, claims, the three questions, stability and cost."""
        return Response(source_reproduction(checked(EvidenceQuery, request).evidence, request.user))
