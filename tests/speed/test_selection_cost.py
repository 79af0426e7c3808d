"""The measure of what choosing costs runs, at toy size."""

import pytest

from benchmarks.speed.selection_cost import ALLOWED_SHARE, Taken, measure_selection_cost


@pytest.mark.slow
@pytest.mark.xdist_group("engine")
def test_every_score_is_held_against_tuning():
    found = measure_selection_cost(Taken(pretraining=2, tuning=2), "smoke")
    by_name = {ratio.name.removeprefix("selection-cost/"): ratio for ratio in found.ratios}
    assert list(by_name) == ["h_score", "otce", "leep", "nce", "logme"]
    tuning = by_name["h_score"].theirs / ALLOWED_SHARE
    assert tuning > 0
    for ratio in found.ratios:
        assert ratio.ours > 0
        assert ratio.ratio == pytest.approx(ALLOWED_SHARE * tuning / ratio.ours)
    assert by_name["otce"].ours > by_name["nce"].ours  # it looks at the source's images as well
