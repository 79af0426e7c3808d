"""Evidence about each knowledge gap: results and files of runs that count."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from benchmarks.models import Artifact, Result, Verdict
from benchmarks.plan.admission import SWEEP
from benchmarks.plan.baselines import TARGET_ONLY
from benchmarks.plan.benchmarks import FROZEN_DEPTH
from benchmarks.selectors.evidence import evidence_files, evidence_results
from benchmarks.selectors.headline import headline_results

SWEEP_BENCHMARK = FROZEN_DEPTH.slug
NOTHING_FROZEN = "full_fine_tuning"
WEIGHTS_PICTURE, RECORDS = "weights.png", "records.json"
SPACES = "feature_spaces.json"
SPACES_PICTURES = {
    "bottleneck": "feature_spaces.png",
    "last_features": "feature_spaces_last.png",
}
"""The picture of each layer whose features are compared."""
PREDICTIONS = "predictions.png"


def weight_pictures() -> QuerySet[Artifact]:
    """Return the picture of each strategy that weights source slices."""
    return _files(WEIGHTS_PICTURE)


def weight_files() -> QuerySet[Artifact]:
    """Return these pictures and the files in which fits recorded their details, such as weights."""
    return _files(WEIGHTS_PICTURE, RECORDS)


def feature_spaces() -> QuerySet[Artifact]:
    """Return the files with measures of each scenario's feature spaces."""
    return _files(SPACES)


def feature_space_files() -> QuerySet[Artifact]:
    """Return these measures and the pictures of the feature spaces."""
    return _files(SPACES, *SPACES_PICTURES.values())


def prediction_pictures() -> QuerySet[Artifact]:
    """Return the picture of predictions of each strategy and scenario."""
    return _files(PREDICTIONS)


def depth_results() -> QuerySet[Result]:
    """Return results with the network frozen to some depth, or not at all."""
    rows = _results().filter(
        run__benchmark=SWEEP_BENCHMARK, strategy__in=(*SWEEP, NOTHING_FROZEN), n_target__gt=0
    )
    return evidence_results(rows)


def curve_results() -> QuerySet[Result]:
    """Return results of transfer measured at two or more numbers of labelled subjects.

    The sweep over frozen depth is left out, because it has a gap of its own.
    """
    other_count = (
        Result.objects.filter(
            run_id=OuterRef("run_id"),
            scenario=OuterRef("scenario"),
            strategy=OuterRef("strategy"),
            metric=OuterRef("metric"),
            selection=OuterRef("selection"),
            n_target__gt=0,
            gain__isnull=False,
        )
        .exclude(n_target=OuterRef("n_target"))
        .order_by()
    )
    rows = _results().filter(n_target__gt=0, node__isnull=False).exclude(strategy__in=SWEEP)
    has_ended = Q(gain__isnull=False) | Q(verdict=Verdict.FAILED)
    return evidence_results(rows.filter(has_ended, Exists(other_count)))


def scratch_results(runs: set[int]) -> QuerySet[Result]:
    """Return the baseline results of these runs, from which their gains are measured."""
    return _results().filter(run_id__in=runs, strategy=TARGET_ONLY).order_by("n_target", "pk")


def verdict_results() -> QuerySet[Result]:
    """Return every result with a verdict."""
    return evidence_results(_results().exclude(verdict=""))


def headline_verdicts() -> QuerySet[Result]:
    """Return the results whose verdicts are counted, one per comparison."""
    return headline_results(verdict_results())


def verdict_rows() -> QuerySet[Result]:
    """Return these with ``forgot``, the forgetting stored in their detail."""
    return verdict_results().annotate(forgot=F("detail__forgetting"))


def _results() -> QuerySet[Result]:
    return Result.objects.select_related("run", "node").defer("run__plan", "detail")


def _files(*names: str) -> QuerySet[Artifact]:
    """Return the files of this name that count as evidence.

    ``simulated`` is true if any result of the run's scenario is simulated.
    """
    simulated = Result.objects.filter(
        run_id=OuterRef("run_id"), scenario=OuterRef("scenario"), simulated=True
    )
    return (
        evidence_files(Artifact.objects.filter(name__in=names))
        .annotate(simulated=Exists(simulated.order_by()))
        .select_related("run")
        .defer("run__plan")
    )
