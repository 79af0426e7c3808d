"""The measure of strategies runs at toy size."""

from benchmarks.bench.strategies import Sizes, measure_strategies
from benchmarks.bench.whole_methods import PAIRS
from benchmarks.plan.profiles import SMOKE

TOY = Sizes(profile=SMOKE, slices=8, iterations=1, rounds=1, samples=40)


def test_strategies_are_measured_beside_the_plain_step_and_their_peers():
    found = measure_strategies(TOY)
    rows = [line.split(" | ")[0].strip("| ") for line in found.markdown.splitlines() if "|" in line]
    assert {"source_only", "dann", "cycle_gan", "federated_dp"} <= set(rows)
    assert "histogram_matching" not in rows  # it trains no network
    names = {ratio.name.removeprefix("strategies/") for ratio in found.ratios}
    assert names >= {"deep_coral step", "mmd step", "dann step", "cdan step"}
    assert names >= {pair.name for pair in PAIRS}
    assert all(ratio.ours > 0 for ratio in found.ratios)
