"""The measure of strategies runs at toy size, and compares equal work."""

import warnings

import numpy as np
from skada import KMMReweightAdapter

from benchmarks.engine.methods.weighting.kmm import kmm_weights
from benchmarks.engine.methods.weighting.ratio import gaussian_kernel, median_distance
from benchmarks.plan.profiles import SMOKE
from benchmarks.speed.strategies import Sizes, measure_strategies
from benchmarks.speed.whole_methods import KMM_GAP, PAIRS, two_domains

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


def test_kmm_is_timed_to_an_objective_no_worse_than_its_peers():
    count = 1000
    source, target = two_domains(count)
    width = median_distance(source, target)
    kernel = gaussian_kernel(source, source, width)
    pull = gaussian_kernel(source, target, width).mean(axis=1) * count

    def objective(weights):
        return weights @ kernel @ weights / 2 - pull @ weights

    peer = KMMReweightAdapter(gamma=1 / (2 * width**2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that its iterations did not suffice
        peer.fit(np.concatenate([source, target]), sample_domain=np.repeat([1, -2], count))
    ours = kmm_weights(source, target, gap=KMM_GAP)
    assert objective(ours) <= objective(peer.source_weights_)
