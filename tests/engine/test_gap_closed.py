"""The share of the gap between no adaptation and the oracle, with its interval."""

import numpy as np
import pytest

from benchmarks.engine.reporting.crossed import crossed_mean
from benchmarks.engine.reporting.gap_closed import gap_closed
from benchmarks.engine.steps.comparison.scale import with_gap_closed
from benchmarks.plan.result_row import ResultRow


def scores(generator, mean, subjects=24, seeds=8):
    by_subject = generator.normal(0, 0.05, (1, subjects))
    return mean + by_subject + generator.normal(0, 0.02, (seeds, subjects))


def test_source_only_closes_nothing_and_the_oracle_all():
    generator = np.random.default_rng(0)
    source, oracle = scores(generator, 0.6), scores(generator, 0.8)
    none, whole = gap_closed(source, source, oracle), gap_closed(oracle, source, oracle)
    assert (none.share, none.low, none.high) == pytest.approx((0, 0, 0), abs=1e-9)
    assert (whole.share, whole.low, whole.high) == pytest.approx((1, 1, 1))


def test_a_constant_gap_gives_the_interval_of_the_gain():
    generator = np.random.default_rng(1)
    source = scores(generator, 0.6)
    strategy, oracle = scores(generator, 0.7), source + 0.2
    found = gap_closed(strategy, source, oracle)
    low, high = crossed_mean(strategy - source).interval()
    assert (found.low, found.high) == pytest.approx((low / 0.2, high / 0.2))
    assert found.share == pytest.approx((strategy - source).mean() / 0.2)


def test_harm_is_below_zero():
    generator = np.random.default_rng(2)
    found = gap_closed(*(scores(generator, mean) for mean in (0.5, 0.6, 0.8)))
    assert found.high < 0


@pytest.mark.parametrize("oracle", [0.6, 0.55, 0.601])
def test_without_a_gap_there_is_no_share(oracle):
    generator = np.random.default_rng(3)
    assert gap_closed(*(scores(generator, mean) for mean in (0.65, 0.6, oracle))) is None


def test_one_seed_or_one_subject_gives_no_share():
    generator = np.random.default_rng(4)
    tables = [scores(generator, mean, seeds=1) for mean in (0.7, 0.6, 0.8)]
    assert gap_closed(*tables) is None


def test_the_interval_covers_the_true_share():
    generator = np.random.default_rng(5)
    found = [
        gap_closed(*(scores(generator, mean, 12, 5) for mean in (0.7, 0.6, 0.8)))
        for _ in range(200)
    ]
    covered = [g is not None and g.low <= 0.5 <= g.high for g in found]
    assert np.mean(covered) >= 0.9


def test_strategies_are_read_on_the_scale_of_their_scenario():
    generator = np.random.default_rng(6)
    shared = generator.normal(0, 0.05, (1, 24))
    rows = [
        ResultRow(
            scenario="tissue", strategy=slug, n_target=0, metric=metric, mean=mean,
            baseline="source_only" if slug == "dann" else None, selection="last", seeds=5,
            simulated=True,
            detail={"scores": (mean + shared + generator.normal(0, 0.01, (5, 24))).tolist()},
        )
        for metric, means in {"dice": (0.7, 0.6, 0.8), "hd95": (5.0, 4.0, 2.0)}.items()
        for slug, mean in zip(("dann", "source_only", "oracle"), means, strict=True)
    ]  # fmt: skip
    found = {r.metric: r for r in with_gap_closed(rows) if r.strategy == "dann"}
    assert found["dice"].gap_closed == pytest.approx(0.5, abs=0.05)
    assert found["hd95"].gap_closed == pytest.approx(-0.5, abs=0.05)  # lower is better
    assert found["hd95"].gap_closed_low < found["hd95"].gap_closed < found["hd95"].gap_closed_high
    alone = with_gap_closed([row for row in rows if row.strategy != "oracle"])
    assert {row.gap_closed for row in alone} == {None}
