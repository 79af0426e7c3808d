"""NCE and LEEP worked out by hand; LogME against its own definition."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

from benchmarks.engine.methods.transferability.errors import ScoreError
from benchmarks.engine.methods.transferability.leep import leep
from benchmarks.engine.methods.transferability.logme import logme
from benchmarks.engine.methods.transferability.nce import nce
from benchmarks.engine.methods.transferability.pair import SCORES, Side, score_pair
from tests.engine.methods.transferability.data import images


def test_nce_by_hand():
    source, target = [0, 0, 0, 1], [0, 0, 1, 1]
    by_hand = 2 / 4 * math.log(2 / 3) + 1 / 4 * math.log(1 / 3)
    assert nce(source, target, task="t") == pytest.approx(by_hand, abs=1e-14)


def test_nce_of_equal_labels_is_0_and_of_a_constant_source_the_entropy():
    target = np.array([[0, 5, 5], [5, 5, 0]])
    assert nce(target, target, task="t") == 0
    entropy = 1 / 3 * math.log(1 / 3) + 2 / 3 * math.log(2 / 3)
    assert nce(np.zeros_like(target), target, task="t") == pytest.approx(entropy, abs=1e-14)


def test_leep_by_hand():
    theta = [[0.8, 0.2], [0.6, 0.4], [0.1, 0.9]]
    # P(y=0 | z) = (0.8 + 0.6) / 1.5, 0.6 / 1.5
    y0 = 1.4 / 1.5, 0.6 / 1.5
    y1 = 0.1 / 1.5, 0.9 / 1.5
    by_hand = (
        math.log(0.8 * y0[0] + 0.2 * y0[1])
        + math.log(0.6 * y0[0] + 0.4 * y0[1])
        + math.log(0.1 * y1[0] + 0.9 * y1[1])
    ) / 3
    assert leep(theta, [0, 0, 1], task="t") == pytest.approx(by_hand, abs=1e-14)


def test_leep_of_certain_predictions_is_nce():
    rng = np.random.default_rng(0)
    source, target = rng.integers(0, 3, 200), rng.integers(0, 2, 200)
    # A fourth class is never predicted: it has no part.
    assert leep(np.eye(4)[source], target, task="t") == pytest.approx(
        nce(source, target, task="t"), abs=1e-12
    )


def evidence(log_alpha_beta, f, y):
    alpha, beta = np.exp(log_alpha_beta)
    cov = f @ f.T / alpha + np.eye(len(y)) / beta
    return multivariate_normal.logpdf(y, cov=cov) / len(y)


def test_logme_is_the_largest_evidence_of_the_linear_model():
    rng = np.random.default_rng(1)
    f = rng.normal(size=(40, 3))
    labels = (f[:, 0] + rng.normal(size=40) > 0.3).astype(int)
    by_search = [
        -minimize(lambda p, y=labels == k: -evidence(p, f, y * 1.0), [0, 0], method="Nelder-Mead",
                  options={"xatol": 1e-8, "fatol": 1e-12}).fun
        for k in (0, 1)
    ]  # fmt: skip
    # The search's own tolerance; at a maximum the value is second order in the place.
    assert logme(f, labels, task="t") == pytest.approx(np.mean(by_search), abs=1e-8)


def test_logme_prefers_features_that_know_the_labels():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 3, 120)
    noise = rng.normal(size=(120, 5))
    knowing = noise + np.eye(3)[labels] @ rng.normal(size=(3, 5))
    assert logme(knowing, labels, task="t") > logme(noise, labels, task="t")


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        (lambda: nce([0, 1], [0, 0], task="T"), "target labels holds only class"),
        (lambda: nce([0, 1, 1], [0, 1], task="T"), "source labels has shape"),
        (lambda: nce([], [], task="T"), "must not be empty"),
        (lambda: leep([[0.5, 0.6]] * 2, [0, 1], task="T"), "add up to 1"),
        (lambda: leep([[0.5, math.nan]] * 2, [0, 1], task="T"), "NaN"),
        (lambda: logme(np.eye(3), [0, 1, 1], task="T"), "3 samples for 3 channels"),
        (lambda: logme(np.ones((4, 1)), [1, 1, 1, 1], task="T"), "only class"),
        (lambda: logme(np.ones((4, 1)), [1, 1, 1, math.nan], task="T"), "whole numbers"),
    ],
)
def test_bad_input_names_the_task(score, reason):
    with pytest.raises(ScoreError, match=f"T: .*{reason}"):
        score()


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("scale", [1e77, 1e155, 1e160, 1e300])
def test_features_whose_products_overflow_have_no_score(name, scale):
    """At 1e77 the H-score was 0.036 for 0.100, and OTCE did not end."""
    features, labels = (torch.from_numpy(part) for part in images(12, 2, 4, seed=0))
    side = Side(features.double() * scale, labels.long())
    scored = score_pair(side, side, task="t", names=(name,))[name]
    assert scored.value is None
    assert "overflow" in scored.reason
