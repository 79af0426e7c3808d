"""The measure of scores runs, at toy size, and a process of its own has its own memory."""

import pytest
import torch

from benchmarks.engine.methods.transferability.h_score import h_score
from benchmarks.speed import transport
from benchmarks.speed.alone import Alone, measured_alone
from benchmarks.speed.scores import Sizes, h_score_by_pixel, measure_scores, segmented_images

TOY = Sizes(
    timed_points=120,
    plain_iterations=5,
    compared_points=120,
    many_points=150,
    streamed_points=100,
    images=24,
    side=6,
)
MEBIBYTES = 96


def count(number):
    return (number,)


def filled(number):
    return float(torch.ones(number, dtype=torch.float64).sum())


def in_this_process(prepare, work, *arguments):
    return Alone(work(*prepare(*arguments)), seconds=1.0, peak_bytes=1)


def test_memory_of_work_alone_is_what_it_allocates():
    numbers = MEBIBYTES * 2**20 // 8
    alone = measured_alone(count, filled, numbers)
    assert alone.found == numbers
    assert alone.peak_bytes / 2**20 == pytest.approx(MEBIBYTES, abs=32)


def test_scores_are_measured_and_agree_with_their_peers(monkeypatch):
    monkeypatch.setattr(transport, "measured_alone", in_this_process)
    found = measure_scores(TOY)
    assert [ratio.name for ratio in found.ratios] == [
        "scores/otce in the plane",
        "scores/otce streaming",
        "scores/otce streaming, memory",
        "scores/H-score, 2 channels",
        "scores/H-score, 16 channels",
    ]
    values = [line for line in found.markdown.splitlines() if "e-0" in line and "|" in line]
    assert values
    assert all(line.endswith("yes |") for line in values)


def test_plain_iterations_stop_where_told():
    assert transport.plain_iterations(transport.plane_arrays(60), most=4) == 5


def test_the_loop_over_pixels_is_the_h_score():
    features, labels = segmented_images(20, 3, 4)
    ours = h_score(features, labels, task="t").score
    assert h_score_by_pixel(features, labels) == pytest.approx(ours, abs=1e-12)
