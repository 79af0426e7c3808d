"""Regions, diagnoses and ages: shares that add up to the metric."""

import numpy as np
import pytest
import torch
from sklearn.metrics import balanced_accuracy_score, mean_absolute_error, roc_auc_score

from benchmarks.engine.networks.backbones import Classifier
from benchmarks.engine.reporting.roc import auc_shares, balanced_shares
from benchmarks.engine.tasks.catalog import AGE_SCALE_YEARS, TASKS
from benchmarks.engine.training.losses import task_loss

SPACING = (1.0, 1.0, 1.0)


def diagnoses():
    generator = np.random.default_rng(3)
    truth = generator.random(30) < 0.3
    return np.round(generator.random(30) * 0.6 + 0.3 * truth, 1), truth  # rounded: with ties


def test_the_mean_of_auc_shares_is_the_area_under_the_curve():
    probabilities, truth = diagnoses()
    assert auc_shares(probabilities, truth).mean() == pytest.approx(
        roc_auc_score(truth, probabilities), abs=1e-12
    )


def test_the_mean_of_balanced_shares_is_the_balanced_accuracy():
    probabilities, truth = diagnoses()
    assert balanced_shares(probabilities, truth).mean() == pytest.approx(
        balanced_accuracy_score(truth, probabilities > 0.5), abs=1e-12
    )


def test_a_subject_is_judged_by_all_its_slices_together():
    task = TASKS["classification"]
    predictions = torch.tensor([[0.9, 0.2, 0.7], [0.4, 0.6, 0.3]])[:, :, None, None]
    labels = torch.tensor([1, 0])[:, None, None, None, None].expand(2, 3, 1, 1, 1)
    assert [s["auc"] for s in task.score(predictions, labels, SPACING)] == [1.0, 1.0]


def test_ages_are_scored_in_years():
    task = TASKS["regression"]
    predictions, labels = torch.randn(5, 2, 1, 1), torch.randn(5, 1, 1, 1, 1).expand(5, 2, 1, 1, 1)
    errors = [s["mae"] for s in task.score(predictions, labels, SPACING)]
    expected = AGE_SCALE_YEARS * mean_absolute_error(
        labels[:, 0].flatten().numpy(), predictions.mean(dim=1).flatten().numpy()
    )
    assert np.mean(errors) == pytest.approx(expected, rel=1e-5)


def test_a_classifier_has_one_output_pixel_and_its_loss_is_cross_entropy():
    outputs = Classifier(width=2).eval()(torch.randn(3, 1, 32, 32))
    assert outputs.shape == (3, 2, 1, 1)
    labels = torch.tensor([0, 1, 1], dtype=torch.uint8)[:, None, None, None]
    expected = torch.nn.functional.cross_entropy(outputs[:, :, 0, 0], labels.flatten().long())
    assert float(task_loss(outputs, labels).detach()) == pytest.approx(float(expected.detach()))
