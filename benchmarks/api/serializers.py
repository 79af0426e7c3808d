"""Serializers of the benchmark endpoints; drf-spectacular documents them."""

from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from rest_framework import serializers
from rest_framework.reverse import reverse

from benchmarks.findings.measured import HOW_STRATEGIES_COUNT
from benchmarks.models import Artifact, Event, Result, Run, Step, Verdict
from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.build import ALL, MAX_SEEDS
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.precision import AUTO, PRECISIONS
from benchmarks.plan.result_row import SHOWN, WORST_SITE, ResultRow
from benchmarks.selectors.headline import HOW_COUNTED
from benchmarks.selectors.results import ShownResult, result_row
from reviewdb.common.web.serializers import Choice, StrictSerializer, WholeNumber

PROFILES = list(dict.fromkeys(p.slug for card in BENCHMARKS.values() for p in card.profiles))


class RunRequestSerializer(StrictSerializer):
    """A request for a run.

    Omitting ``strategies`` means the benchmark's ``default_strategies``, omitting ``seeds`` as many
    as the profile has. The baselines always run.
    """

    benchmark = Choice(BENCHMARKS)
    profile = Choice(PROFILES, default="quick")
    strategies = serializers.ListField(
        child=Choice([ALL, *STRATEGIES]),
        allow_empty=False,
        allow_null=True,
        default=None,
        error_messages={"empty": "name at least one; if left out, the default ones run"},
    )
    seeds = WholeNumber(low=1, high=MAX_SEEDS, allow_null=True, default=None)
    precision = Choice(PRECISIONS, default=AUTO)


class ProgressSerializer(serializers.Serializer[Any]):
    """The progress of a run."""

    state = serializers.CharField()
    reason = serializers.CharField()
    steps_total = serializers.IntegerField()
    steps_done = serializers.IntegerField()
    current_label = serializers.CharField()
    step_done = serializers.IntegerField()
    step_total = serializers.IntegerField()
    eta_seconds = serializers.FloatField(allow_null=True)
    queue_position = serializers.IntegerField(allow_null=True)
    device = serializers.CharField()
    attempt = serializers.IntegerField()
    heartbeat_at = serializers.DateTimeField(allow_null=True)


class OriginSerializer(serializers.Serializer[Any]):
    """Where an imported run is from: host, SHA-256 of archive and content, and when it came.

    ``host`` is the kind of machine in words, such as ``Linux, x86-64, Intel Xeon, torch 2.13.0``.
    """

    host = serializers.CharField()
    archive = serializers.CharField()
    content = serializers.CharField()
    imported_at = serializers.DateTimeField()

    def to_representation(self, instance: Any) -> Any:
        """Return the origin; null for a run made here."""
        return instance or None


class RunSerializer(serializers.ModelSerializer[Run]):
    """A run in a list."""

    strategies = serializers.ListField(child=serializers.CharField())
    origin = OriginSerializer(allow_null=True)

    class Meta:
        model = Run
        fields = [
            "id", "benchmark", "profile", "strategies", "seeds", "precision", "state", "reason",
            "attempt", "retry_of", "created_at", "started_at", "finished_at", "origin",
        ]  # fmt: skip


class StepSerializer(serializers.ModelSerializer[Step]):
    """One step of a run."""

    class Meta:
        model = Step
        fields = [
            "id", "address", "position", "kind", "label", "state", "done", "total",
            "wall_seconds", "error",
        ]  # fmt: skip


class ArtifactSerializer(serializers.ModelSerializer[Artifact]):
    """A file of a run; ``url`` returns its bytes."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = Artifact
        fields = ["id", "name", "kind", "title", "scenario", "strategy", "digest", "url"]

    def get_url(self, artifact: Artifact) -> str:
        """Return the address of the file's bytes."""
        args = [artifact.run_id, artifact.pk]
        return reverse("api:run-artifact", args=args, request=self.context.get("request"))


class RunDetailSerializer(RunSerializer):
    """One run with its progress, steps and files."""

    progress = ProgressSerializer()
    steps = StepSerializer(many=True)
    artifacts = ArtifactSerializer(many=True)

    class Meta(RunSerializer.Meta):
        fields = [*RunSerializer.Meta.fields, "provenance", "progress", "steps", "artifacts"]


class EventSerializer(serializers.ModelSerializer[Event]):
    """One line of a run's log."""

    class Meta:
        model = Event
        fields = ["id", "at", "attempt", "name", "payload"]


COLUMN_FIELDS: dict[type, Callable[..., serializers.Field[Any, Any, Any, Any]]] = {
    str: serializers.CharField,
    int: serializers.IntegerField,
    float: serializers.FloatField,
    bool: serializers.BooleanField,
}


def _column(name: str) -> serializers.Field[Any, Any, Any, Any]:
    """Return the field of a result's column, by its type; the verdict has its choices."""
    hint = get_type_hints(ResultRow)[name]
    kind = next(one for one in get_args(hint) or (hint,) if one is not type(None))
    may_be_null = bool(get_args(hint))
    if name == "verdict":
        return serializers.ChoiceField(choices=Verdict.choices, allow_null=may_be_null)
    return COLUMN_FIELDS[kind](allow_null=may_be_null)


class ResultSerializer(serializers.Serializer[Result]):
    """One measured value; ``verdict`` is null for baselines and until it is decided.

    It is also null where ``withheld`` says why: too few seeds, a smoke run, or a secondary result.
    ``detectable`` is the smallest gain that the test of a verdict would have found. ``worst_site``
    is null where all test people are of one site; no verdict is on it.
    """

    id = serializers.IntegerField()
    run = serializers.IntegerField()
    benchmark = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the columns of `ResultRow` in its order, then the worst site's."""
        columns = {name: _column(name) for name in SHOWN}
        kinds = zip(WORST_SITE, (str, int, float), strict=True)
        worst = {name: COLUMN_FIELDS[kind](allow_null=True) for name, kind in kinds}
        return super().get_fields() | columns | worst

    def to_representation(self, instance: Result) -> ShownResult:
        """Return the result's row, as `result_row` makes it."""
        return result_row(instance)


class DifferenceSerializer(serializers.Serializer[Any]):
    """A setting that differs between two runs; of lists, only entries that the other run lacks."""

    name = serializers.CharField()
    a = serializers.JSONField(allow_null=True)
    b = serializers.JSONField(allow_null=True)


class StepCountSerializer(serializers.Serializer[Any]):
    """How many steps of a kind two plans share."""

    kind = serializers.CharField()
    shared = serializers.IntegerField()
    only_a = serializers.IntegerField()
    only_b = serializers.IntegerField()


class FieldDifferenceSerializer(serializers.Serializer[Any]):
    """A field that differs between steps of the same kind and label of two plans."""

    kind = serializers.CharField()
    field = serializers.CharField()
    a = serializers.JSONField(allow_null=True)
    b = serializers.JSONField(allow_null=True)
    steps = serializers.IntegerField()


class PlanDifferenceSerializer(serializers.Serializer[Any]):
    """The steps that two plans share, and why others differ."""

    steps = StepCountSerializer(many=True)
    note = serializers.CharField()
    differences = FieldDifferenceSerializer(many=True)


class CellDifferenceSerializer(serializers.Serializer[Any]):
    """A cell that two runs measured differently; ``difference`` is mean b minus mean a."""

    cell = serializers.DictField()
    a = serializers.DictField()
    b = serializers.DictField()
    difference = serializers.FloatField(allow_null=True)
    overlap = serializers.BooleanField(allow_null=True)


class ResultDifferenceSerializer(serializers.Serializer[Any]):
    """Counts of compared cells, and the cells whose numbers differ.

    ``refused`` tells why nothing is compared: the runs' arithmetic differs.
    """

    refused = serializers.CharField(allow_blank=True)
    same = serializers.IntegerField()
    only_a = serializers.IntegerField()
    only_b = serializers.IntegerField()
    different = CellDifferenceSerializer(many=True)


class RunComparisonSerializer(serializers.Serializer[Any]):
    """The differences between two runs."""

    a = serializers.IntegerField()
    b = serializers.IntegerField()
    settings = DifferenceSerializer(many=True)
    provenance = DifferenceSerializer(many=True)
    plan = PlanDifferenceSerializer()
    results = ResultDifferenceSerializer()


class StrategySerializer(serializers.Serializer[Any]):
    """A strategy's card; ``id`` is its slug."""

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    node = serializers.CharField(allow_null=True)
    is_baseline = serializers.BooleanField()
    reads = serializers.ListField(child=serializers.CharField())
    label_setting = serializers.CharField()
    privacy = serializers.CharField()
    parameters = serializers.DictField()
    search = serializers.DictField(allow_null=True)
    how_searched = serializers.CharField()
    how_controlled = serializers.CharField()
    paper = serializers.CharField()
    summary = serializers.CharField()
    references = serializers.ListField(child=serializers.CharField())


class BenchmarkSerializer(serializers.Serializer[Any]):
    """A benchmark's card; ``id`` is its slug."""

    id = serializers.CharField()
    slug = serializers.CharField()
    title = serializers.CharField()
    question = serializers.CharField()
    scenarios = serializers.ListField(child=serializers.DictField())
    profiles = serializers.ListField(child=serializers.DictField())
    strategies = serializers.ListField(child=serializers.CharField())
    default_strategies = serializers.ListField(child=serializers.CharField())
    admission = serializers.CharField()


class GapSerializer(serializers.Serializer[Any]):
    """A knowledge gap of the review; ``results`` is the number of results about it.

    ``counts`` names what is counted, ``runs`` are the runs that measured it, ``simulated`` is true
    if all of it is simulated, and ``command`` measures more.
    """

    id = serializers.CharField()
    title = serializers.CharField()
    gap = serializers.CharField()
    question = serializers.CharField()
    status = serializers.ChoiceField(choices=["measured", "not measured"])
    results = serializers.IntegerField()
    counts = serializers.CharField()
    simulated = serializers.BooleanField(allow_null=True)
    runs = serializers.ListField(child=serializers.IntegerField())
    benchmark = serializers.CharField()
    command = serializers.CharField()
    node = serializers.CharField(allow_null=True)


class ClaimSerializer(serializers.Serializer[Any]):
    """A published comparison; probabilities are a band over plausible correlations.

    ``published`` is the printed difference, positive where it agrees with the claim. ``needs`` is
    the number of subjects that would settle it, null where spread or size are not printed (see
    ``note``). ``reproduced`` is our verdict about the node: one word, ``mixed``, or null.
    """

    id = serializers.CharField()
    claim = serializers.CharField()
    study = serializers.IntegerField(allow_null=True)
    document = serializers.CharField(allow_null=True)
    better = serializers.CharField()
    worse = serializers.CharField()
    metric = serializers.CharField()
    published = serializers.FloatField()
    better_value = serializers.FloatField()
    worse_value = serializers.FloatField()
    better_sd = serializers.FloatField(allow_null=True)
    worse_sd = serializers.FloatField(allow_null=True)
    subjects = serializers.IntegerField(allow_null=True)
    sites = serializers.IntegerField(allow_null=True)
    recounts = serializers.BooleanField(allow_null=True)
    false_claim_low = serializers.FloatField(allow_null=True)
    false_claim_high = serializers.FloatField(allow_null=True)
    needs = serializers.IntegerField(allow_null=True)
    needs_least = serializers.IntegerField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    node = serializers.CharField(allow_null=True)
    reproduced = serializers.CharField(allow_null=True)
    verdicts = serializers.DictField(child=serializers.IntegerField())


class MeasuredSerializer(serializers.Serializer[Any]):
    """How many strategies gained, lost or showed no difference, on simulated or real images."""

    simulated = serializers.BooleanField()
    strategies = serializers.IntegerField(help_text=HOW_STRATEGIES_COUNT)
    gained = serializers.IntegerField()
    lost = serializers.IntegerField()
    both = serializers.IntegerField()
    no_difference = serializers.IntegerField()
    failed = serializers.IntegerField()
    no_verdict = serializers.IntegerField()
    why_no_verdict = serializers.ListField(child=serializers.CharField())
    sentence = serializers.CharField()


class TreeNodeSerializer(serializers.Serializer[Any]):
    """A node of the taxonomy; all counts include the nodes below it."""

    id = serializers.CharField()
    path = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    approaches = serializers.IntegerField()
    studies = serializers.IntegerField()
    results = serializers.IntegerField()
    verdicts = serializers.DictField(child=serializers.IntegerField(), help_text=HOW_COUNTED)
    measured = MeasuredSerializer(many=True)
    children = serializers.ListField(child=serializers.DictField())
