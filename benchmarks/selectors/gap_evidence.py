"""Rows that speak about a knowledge gap, as far as they count as evidence."""

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
SPACES, SPACES_PICTURE = "feature_spaces.json", "feature_spaces.png"
PREDICTIONS = "predictions.png"


def weight_pictures() -> QuerySet[Artifact]:
    """Return the picture of each strategy that weighs source slices."""
    return _files(WEIGHTS_PICTURE)


def weight_files() -> QuerySet[Artifact]:
    """Return these pictures and all that fits recorded about themselves, weights among it."""
    return _files(WEIGHTS_PICTURE, RECORDS)


def feature_spaces() -> QuerySet[Artifact]:
    """Return the measures of each scenario's feature spaces."""
    return _files(SPACES)


def feature_space_files() -> QuerySet[Artifact]:
    """Return these measures and the pictures of the spaces."""
    return _files(SPACES, SPACES_PICTURE)


def prediction_pictures() -> QuerySet[Artifact]:
    """Return the picture of predictions of each strategy and scenario."""
    return _files(PREDICTIONS)


def depth_results() -> QuerySet[Result]:
    """Return what was measured with the network frozen to some depth, or not at all."""
    rows = _results().filter(
        run__benchmark=SWEEP_BENCHMARK, strategy__in=(*SWEEP, NOTHING_FROZEN), n_target__gt=0
    )
    return evidence_results(rows)


def curve_results() -> QuerySet[Result]:
    """Return results of transfer that were measured at two or more numbers of labels.

    The sweep over frozen depth is left out: it has a gap of its own.
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
    """Return how training from scratch did in these runs: what their gains are measured from."""
    return _results().filter(run_id__in=runs, strategy=TARGET_ONLY).order_by("n_target", "pk")


def verdict_results() -> QuerySet[Result]:
    """Return every result with a verdict."""
    return evidence_results(_results().exclude(verdict=""))


def headline_verdicts() -> QuerySet[Result]:
    """Return the verdicts that are counted: one a comparison."""
    return headline_results(verdict_results())


def verdict_rows() -> QuerySet[Result]:
    """Return these with ``forgot``: what their detail says about forgetting, without the rest."""
    return verdict_results().annotate(forgot=F("detail__forgetting"))


def _results() -> QuerySet[Result]:
    return Result.objects.select_related("run", "node").defer("run__plan", "detail")


def _files(*names: str) -> QuerySet[Artifact]:
    """Return files so named that count as evidence.

    ``simulated`` says whether any result of the run's scenario is.
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
