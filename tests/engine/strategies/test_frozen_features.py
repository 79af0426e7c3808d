"""Frozen features as tables, and classical models put back as predictors."""

import copy

import numpy as np
import pytest
import torch
from sklearn.linear_model import LinearRegression, LogisticRegression

from benchmarks.engine.methods.features.frozen_features import (
    PixelClassifier,
    PixelSample,
    linear_predictor,
    pixel_predictor,
    sample_pixels,
)
from benchmarks.engine.networks.backbones import Classifier, UNet
from benchmarks.engine.networks.stored import read_predictor, save_predictor
from benchmarks.engine.running.device import Compute
from benchmarks.engine.strategies.frozen_features_clustering import ClusterVote
from benchmarks.plan.benchmarks import SUBJECT_LEVEL

EXACT = Compute(torch.device("cpu"), torch.float32)


def seeded(number=0):
    return torch.Generator().manual_seed(number)


@pytest.fixture
def network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return UNet(4).eval()


@pytest.fixture
def slices():
    """Return three slices with a brain of 20 x 20 pixels and a bright region in it."""
    images = torch.zeros(3, 1, 32, 32)
    images[:, :, 4:24, 4:24] = torch.randn(3, 1, 20, 20, generator=seeded())
    labels = torch.zeros(3, 1, 32, 32, dtype=torch.uint8)
    labels[:, :, 6:10, 6:12] = 1
    return images + 3 * labels, labels


def drawn(network, slices, per_class):
    return sample_pixels(network, *slices, per_class=per_class, generator=seeded(1), compute=EXACT)


def test_balanced_draws_are_weighted_back_to_how_often_each_class_occurs(network, slices):
    sample = drawn(network, slices, per_class=50)
    assert sample.labels.sum() == 50
    assert len(sample.labels) == 100
    inside = 3 * 20 * 20
    share = float(np.average(sample.labels, weights=sample.weights))
    assert share == pytest.approx(3 * 4 * 6 / inside, rel=1e-6)  # weights are float32 ratios


def test_features_are_those_of_the_pixels_that_were_drawn(network, slices):
    images, labels = slices
    sample = drawn(network, slices, per_class=10_000)  # all there are
    with torch.inference_mode():
        maps = network.decode(network.encode(images)).permute(0, 2, 3, 1)
    expected = maps[labels[:, 0].bool()].double().numpy()
    found = sample.features[sample.labels == 1]
    # The same numbers in another order; sorting by one channel would be ambiguous, by sum is not.
    assert np.sort(found.sum(axis=1)) == pytest.approx(np.sort(expected.sum(axis=1)), abs=1e-6)


def test_a_linear_model_put_in_as_head_decides_as_it_did_on_the_table(network, slices):
    sample = drawn(network, slices, per_class=60)
    model = LogisticRegression()
    predictor = linear_predictor(network, model, sample)
    mean, scale = sample.features.mean(axis=0), sample.features.std(axis=0)
    with torch.inference_mode():
        maps = predictor.decode(predictor.encode(slices[0]))
        logits = predictor(slices[0])
    rows = maps.permute(0, 2, 3, 1).flatten(0, 2).double().numpy()
    expected = model.decision_function((rows - mean) / scale)
    odds = (logits[:, 1] - logits[:, 0]).flatten().numpy()
    assert odds == pytest.approx(expected, abs=1e-3)  # the head computes in fp32, of values near 10


def test_a_classifier_answers_within_the_brain_and_says_background_outside(network, slices):
    sample = drawn(network, slices, per_class=60)
    predictor = PixelClassifier.fitted(network, LogisticRegression(), sample)
    with torch.inference_mode():
        logits = predictor(slices[0])
        linear = linear_predictor(copy.deepcopy(network), LogisticRegression(), sample)(slices[0])
    inside = slices[0][:, 0] != 0
    assert (logits.argmax(dim=1)[~inside] == 0).all()
    odds = (linear[:, 1] - linear[:, 0])[inside].clamp(-25, 25)
    assert logits[:, 1][inside].clamp(-25, 25).numpy() == pytest.approx(odds.numpy(), abs=1e-3)


def test_classifiers_survive_being_kept_and_moved(network, slices, tmp_path):
    predictor = PixelClassifier.fitted(
        network, LogisticRegression(), drawn(network, slices, per_class=20)
    )
    save_predictor(predictor, tmp_path / "kept")
    again = read_predictor(tmp_path / "kept").to("cpu")
    with torch.inference_mode():
        assert torch.equal(again(slices[0]), predictor(slices[0]))


def test_without_any_foreground_all_is_background(network, slices):
    images, labels = slices
    sample = drawn(network, (images, 0 * labels), per_class=20)
    for build in (pixel_predictor, linear_predictor):
        predictor = build(network, LogisticRegression(), sample)
        with torch.inference_mode():
            assert (predictor(images).argmax(dim=1) == 0).all()


def test_a_cluster_answers_with_the_weighted_share_of_its_labels():
    features = np.array([[0.0], [0.1], [0.2], [9.0], [9.1]])
    labels, weights = np.array([0.0, 0, 1, 1, 1]), np.array([1.0, 2, 1, 1, 1])
    vote = ClusterVote(2, seed=0).fit(features, labels, sample_weight=weights)
    assert vote.predict_proba(np.array([[0.05], [8.0]]))[:, 1] == pytest.approx([1 / 4, 1])


def test_more_clusters_than_pixels_is_no_error():
    sample = PixelSample(np.zeros((4, 1)), np.array([0.0, 1, 0, 1]), np.ones(4))
    vote = ClusterVote(16, seed=0).fit(sample.features, sample.labels, sample_weight=sample.weights)
    assert vote.predict_proba(np.zeros((1, 1))) == pytest.approx(np.array([[0.5, 0.5]]))


@pytest.mark.parametrize("build", [pixel_predictor, linear_predictor])
def test_measures_are_read_from_averaged_features_as_from_the_table(slices, build):
    images, ages = slices[0], torch.tensor([-0.5, 0.2, 1.0]).view(3, 1, 1, 1)
    network = Classifier(4, outputs=1).eval()
    sample = sample_pixels(network, images, ages, per_class=10, generator=seeded(1), compute=EXACT)
    assert sorted(sample.labels) == pytest.approx([-0.5, 0.2, 1.0])
    predictor = build(network, LinearRegression(), sample)
    with torch.inference_mode():  # three points in 64 dimensions: a line through all of them
        assert predictor(images).flatten().numpy() == pytest.approx(
            ages.flatten().numpy(), abs=1e-3
        )


def test_a_number_needs_no_logistic_regression_and_a_class_no_regressor():
    pathology, age = SUBJECT_LEVEL.scenarios
    assert pathology.admits("frozen_features_logistic_regression")
    assert not age.admits("frozen_features_logistic_regression")
    assert age.admits("frozen_features_elastic_net")
