"""Effective sample size, class balance and TrAdaBoost on numbers worked out by hand."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.class_weight import compute_sample_weight

from benchmarks.engine.methods.weighting.class_balance import balancing_selection_weights
from benchmarks.engine.methods.weighting.ratio import effective_sample_size, mean_one
from benchmarks.engine.methods.weighting.tradaboost import source_factor, updated_weights
from tests.engine.methods.reference.class_shares import balancing_weights, share_matching_weights
from tests.engine.methods.reference.tradaboost import TrAdaBoost, fit_tradaboost


def test_effective_sample_size_by_hand():
    assert effective_sample_size(np.ones(7)) == 7
    assert effective_sample_size(np.array([0.0, 0.0, 5.0])) == 1
    assert effective_sample_size(np.array([1.0, 1.0, 2.0])) == pytest.approx(16 / 6)
    assert effective_sample_size(np.zeros(3)) == 0
    assert effective_sample_size(np.array([1e300, 1e300])) == 2


def test_weights_that_are_all_zero_cannot_have_mean_one():
    assert mean_one(np.array([1.0, 3.0])).tolist() == [0.5, 1.5]
    with pytest.raises(ValueError, match="all weights are zero"):
        mean_one(np.zeros(3))


def test_balancing_weights_equal_scikit_learns():
    labels = np.array([0, 0, 0, 1, 5, 5])
    expected = compute_sample_weight("balanced", labels)
    assert balancing_weights(labels) == pytest.approx(expected)
    assert balancing_weights(labels).mean() == pytest.approx(1)


def test_balancing_selection_keeps_as_many_of_each_class_as_the_rarest_has():
    labels = np.array([0] * 9 + [1] * 2 + [2] * 4)
    weights = balancing_selection_weights(labels, generator=np.random.default_rng(0))
    assert [weights[labels == value].sum() for value in (0, 1, 2)] == [2, 2, 2]
    assert set(weights) == {0.0, 1.0}


def test_share_matching_by_hand():
    labels = np.array([0, 0, 0, 1])
    weights = share_matching_weights(labels, {0: 0.5, 1: 0.5})
    assert weights == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])
    with pytest.raises(ValueError, match=r"differ in classes \[2\]"):
        share_matching_weights(labels, {0: 0.5, 1: 0.3, 2: 0.2})
    with pytest.raises(ValueError, match="sum to 1"):
        share_matching_weights(labels, {0: 0.5, 1: 0.6})


def test_tradaboosts_weights_follow_its_update():
    """2 source and 4 target samples, N = 2: b = 1 / (1 + sqrt(ln 2)).

    Round 1: one source and one target sample wrong; e = 1/4, b_t = 1/3, the target's grows to 3.
    Round 2: both source samples and the second target sample wrong; e = 1/6, b_t = 1/5.
    """
    factor = 1 / (1 + np.sqrt(np.log(2)))
    assert source_factor(2, 2) == pytest.approx(factor)
    settings = {"source_count": 2, "rounds": 2}
    first = updated_weights(np.ones(6), np.array([1, 0, 1, 0, 0, 0.0]), **settings)
    assert first.weights == pytest.approx([factor, 1, 3, 1, 1, 1])
    assert (first.error, first.vote) == pytest.approx((1 / 4, np.log(3)))
    second = updated_weights(first.weights, np.array([1, 1, 0, 1, 0, 0.0]), **settings)
    assert second.weights == pytest.approx([factor**2, factor, 3, 5, 1, 1])
    assert (second.error, second.vote) == pytest.approx((1 / 6, np.log(5)))


def test_a_round_worse_than_chance_has_almost_no_vote_and_a_perfect_one_a_bounded_one():
    settings = {"source_count": 2, "rounds": 2}
    worse = updated_weights(np.ones(4), np.array([0, 0, 1, 1.0]), **settings)
    assert worse.error == 0.499
    assert 0 < worse.vote < 0.01
    perfect = updated_weights(np.ones(4), np.array([0, 0, 0, 0.0]), **settings)
    assert perfect.weights.tolist() == [1, 1, 1, 1]
    assert perfect.vote == pytest.approx(np.log(3))  # e held at 1 / (2 * 2)


class Says:
    def __init__(self, labels):
        self.labels = np.array(labels)

    def predict(self, features):
        return self.labels


def test_the_vote_is_the_papers_product_rule():
    """b = (1/3, 1/2): class 1 where (1/3)^-h1 (1/2)^-h2 >= (1/3)^-1/2 (1/2)^-1/2 = sqrt(6)."""
    votes = np.log([3.0, 2.0])
    ensemble = TrAdaBoost((Says([1, 1, 0, 0]), Says([1, 0, 1, 0])), votes, np.ones(1))
    assert ensemble.predict(np.zeros((4, 1))).tolist() == [1, 1, 0, 0]  # 6, 3, 2, 1 to sqrt(6)
    tied = TrAdaBoost((Says([1]), Says([0])), np.log([3.0, 3.0]), np.ones(1))
    assert tied.predict(np.zeros((1, 1))).tolist() == [1]


def test_source_samples_that_contradict_the_target_lose_weight():
    generator = np.random.default_rng(0)
    features = generator.normal(size=(200, 2))
    labels = (features[:, 0] > 0).astype(int)
    contradict = np.arange(200) < 80
    told = np.where(contradict, 1 - labels, labels)
    target = generator.normal(size=(30, 2))
    target_labels = (target[:, 0] > 0).astype(int)
    learner = DecisionTreeClassifier(max_depth=1, random_state=0)
    fitted = fit_tradaboost(learner, (features, told), (target, target_labels), rounds=10)
    weights = fitted.source_weights
    assert weights.mean() == pytest.approx(1)
    # A stump misses the boundary by a little, so that a few samples near it go the other way.
    assert weights[contradict].mean() < 0.1 * weights[~contradict].mean()
    fresh = generator.normal(size=(200, 2))
    assert (fitted.predict(fresh) == (fresh[:, 0] > 0)).mean() > 0.9
    assert len(fitted.learners) == 6  # rounds 5 to 10


def test_tradaboost_refuses_other_labels():
    learner = DecisionTreeClassifier()
    with pytest.raises(ValueError, match="labels 0 and 1"):
        fit_tradaboost(
            learner, (np.zeros((2, 1)), np.array([1, 2])), (np.zeros((1, 1)), np.array([1]))
        )
