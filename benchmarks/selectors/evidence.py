"""What counts as evidence: the one rule by which nodes, studies, gaps and counts choose numbers.

A number counts if its run succeeded and the profile is not one for tests. What a run measured that
was cancelled, failed or is still at work stays on that run's own page. Where several runs measured
the same cell, one value stands for it: a run that has a value comes before one that failed there,
more seeds come before fewer, a run made here comes before an imported one, and the newest run comes
first among equals.

The numbers of one benchmark at one profile are of one arithmetic, the kind of device and the
precision, since rounding alone makes others differ: that of the runs that measured the most
strategies, the newest first among equals. Runs of another arithmetic are not counted there, and
`left_out` names them.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from benchmarks.models import Artifact, Result, Run, RunState
from benchmarks.plan.precision import arithmetic
from benchmarks.plan.profiles import TEST_PROFILES

PLACE = ("run__benchmark", "run__profile", "scenario")
"""Where a number belongs: only within one can strategies be compared."""
CELL = (*PLACE, "strategy", "n_target", "metric", "selection", "simulated")
FILE = (*PLACE, "strategy", "name")

UNKNOWN = "unknown arithmetic"
_Computed = tuple[list[int], set[str]]
"""The runs of one arithmetic, and the strategies that they measured."""

DEVICE = ("provenance__device__device", "provenance__device__precision")

HAS_VALUE = Case(When(mean__isnull=True, then=Value(0)), default=Value(1))
MADE_HERE = Case(When(run__origin={}, then=Value(1)), default=Value(0))
STRONGEST_RESULT = (
    HAS_VALUE.desc(), F("seeds").desc(), MADE_HERE.desc(), F("run_id").desc(),
)  # fmt: skip
STRONGEST_FILE = (F("run__seeds").desc(), MADE_HERE.desc(), F("run_id").desc())


@dataclass(frozen=True)
class OtherArithmetic:
    """Runs of one benchmark and profile that are not counted: computed in another arithmetic."""

    benchmark: str
    profile: str
    counted: str
    other: str
    runs: tuple[int, ...]


_others: ContextVar[list[OtherArithmetic] | None] = ContextVar("others", default=None)


@contextmanager
def one_reading() -> Iterator[None]:
    """Ask once for the runs of another arithmetic, for all evidence that the block reads.

    What the block itself changes about runs is not seen in it.
    """
    if _others.get() is not None:
        yield
        return
    token = _others.set(left_out())
    try:
        yield
    finally:
        _others.reset(token)


def counting_runs() -> QuerySet[Run]:
    """Return the runs whose numbers count."""
    return _succeeded().exclude(pk__in=[run for one in left_out() for run in one.runs])


def left_out() -> list[OtherArithmetic]:
    """Return the runs that do not count only because of their arithmetic, in one query at most."""
    known = _others.get()
    return _of_other_arithmetic() if known is None else known


def _of_other_arithmetic() -> list[OtherArithmetic]:
    rows = (
        _succeeded().order_by("pk").values_list("benchmark", "profile", "pk", "strategies", *DEVICE)
    )
    found: dict[tuple[str, str], dict[str, _Computed]] = defaultdict(dict)
    for benchmark, profile, run, strategies, *computed_on in rows:
        runs, slugs = found[benchmark, profile].setdefault(arithmetic(*computed_on), ([], set()))
        runs.append(run)
        slugs.update(strategies)
    return [
        OtherArithmetic(*place, counted or UNKNOWN, other or UNKNOWN, tuple(computed[0]))
        for place, by_arithmetic in found.items()
        for counted in [max(by_arithmetic, key=lambda one: _standing(by_arithmetic[one]))]
        for other, computed in by_arithmetic.items()
        if other != counted
    ]


def _standing(computed: _Computed) -> tuple[int, int]:
    runs, strategies = computed
    return len(strategies), max(runs)


def _succeeded() -> QuerySet[Run]:
    succeeded = Run.objects.filter(state=RunState.SUCCEEDED)
    return succeeded.exclude(profile__in=TEST_PROFILES)


def evidence_results(rows: QuerySet[Result]) -> QuerySet[Result]:
    """Return those of the rows that stand for their cell, place by place."""
    return rows.filter(pk__in=_results()).order_by(
        "run__benchmark", "scenario", "metric", "strategy", "n_target", "selection", "pk"
    )


def evidence_files(rows: QuerySet[Artifact]) -> QuerySet[Artifact]:
    """Return those of the files that stand for their strategy in a scenario, place by place."""
    return rows.filter(pk__in=_files()).order_by(*PLACE, "strategy", "name", "pk")


def evidence_runs() -> set[int]:
    """Return the ids of runs that a number or a file on a page comes from."""
    results = Result.objects.filter(pk__in=_results())
    files = Artifact.objects.filter(pk__in=_files())
    return {
        *results.order_by().values_list("run_id", flat=True).distinct(),
        *files.order_by().values_list("run_id", flat=True).distinct(),
    }


def _results() -> QuerySet[Any]:
    return _first_of(Result.objects.all(), CELL, STRONGEST_RESULT)


def _files() -> QuerySet[Any]:
    return _first_of(Artifact.objects.all(), FILE, STRONGEST_FILE)


def _first_of(rows: QuerySet[Any], same: tuple[str, ...], strongest: Any) -> QuerySet[Any]:
    """Return, of the rows that are the same in some columns, the key of the strongest."""
    place = Window(RowNumber(), partition_by=[F(name) for name in same], order_by=strongest)
    counting = rows.filter(run__in=counting_runs()).order_by()
    first: QuerySet[Any] = counting.annotate(place=place).filter(place=1).values("pk")
    return first
