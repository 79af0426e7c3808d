"""Distances and separability in an embedding against numbers that are known."""

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import make_blobs
from sklearn.metrics import silhouette_score

from benchmarks.engine.reporting.embedding_measures import (
    fisher_ratio,
    proxy_a_distance,
    silhouette,
)


def test_domains_far_apart_have_distance_two():
    generator = np.random.default_rng(0)
    source, target = generator.normal(size=(50, 3)), 20 + generator.normal(size=(50, 3))
    assert proxy_a_distance(source, target, seed=0) == 2.0


def test_the_distance_of_shifted_gaussians_is_that_of_the_best_linear_rule():
    """For unit Gaussians D apart the best linear rule errs Phi(-D / 2); sizes do not matter."""
    generator = np.random.default_rng(1)
    source = generator.normal(size=(1500, 2))
    target = generator.normal(size=(500, 2)) + np.array([1.2, 0])
    expected = 2 * (1 - 2 * stats.norm.cdf(-0.6))
    # The error's standard error is 0.011 (most of it from 500 targets), four times that in d_A.
    assert proxy_a_distance(source, target, seed=0) == pytest.approx(expected, abs=0.1)


def test_equal_domains_are_near_zero_and_never_below():
    generator = np.random.default_rng(2)
    source, target = generator.normal(size=(2, 1000, 2))
    assert 0 <= proxy_a_distance(source, target, seed=0) < 0.15  # 4 standard errors of 0.5


def test_slices_of_one_subject_do_not_recognise_each_other():
    """Each subject has its own place, drawn alike in both domains; more axes than subjects."""
    generator = np.random.default_rng(3)
    people = np.repeat(np.arange(10), 8)
    source, target = (
        generator.normal(size=(10, 40))[people] + 0.01 * generator.normal(size=(80, 40))
        for _ in range(2)
    )
    careless = proxy_a_distance(source, target, seed=0)
    careful = proxy_a_distance(source, target, seed=0, subjects=(people, people))
    assert careless == 2.0
    assert careful < 1.0
    with pytest.raises(ValueError, match=r"\[4, 10\]"):
        proxy_a_distance(source[:32], target, seed=0, subjects=(people[:32], people))


def test_fisher_ratio_by_hand():
    features = np.array([[0.0], [2.0], [4.0], [6.0]])
    labels = np.array([0, 0, 1, 1])
    assert fisher_ratio(features, labels) == 4.0  # means 1 and 5 about 3: 16; within: 4
    assert fisher_ratio(np.array([[0.0], [0.0], [1.0]]), np.array([0, 0, 1])) == float("inf")
    assert fisher_ratio(np.ones((3, 1)), np.array([0, 0, 1])) == 0.0
    with pytest.raises(ValueError, match="2 classes"):
        fisher_ratio(features, np.zeros(4, dtype=int))


def test_the_silhouette_is_scikit_learns_and_falls_as_classes_meet():
    near, labels = make_blobs(200, centers=2, cluster_std=4, random_state=0)
    far, _ = make_blobs(200, centers=2, cluster_std=0.5, random_state=0)
    assert silhouette(near, labels, seed=0) == pytest.approx(silhouette_score(near, labels))
    assert silhouette(near, labels, seed=0) < silhouette(far, labels, seed=0)
    large, many = np.tile(far, (20, 1)), np.tile(labels, 20)
    assert silhouette(large, many, seed=0) == silhouette(large, many, seed=0)
