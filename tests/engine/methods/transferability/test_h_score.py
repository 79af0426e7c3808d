"""H-score against Bao et al.'s loop, its bound, and what makes published values leave it."""

import numpy as np
import pytest
import torch
from sklearn.covariance import ledoit_wolf

from benchmarks.engine.methods.transferability.errors import ScoreError
from benchmarks.engine.methods.transferability.h_score import h_score
from tests.engine.methods.transferability.data import images


def one_pixel(features, labels, invert):
    """Eq. 2 as Bao et al. compute it, for one pixel: features (n, channels), labels (n,)."""
    expected = np.zeros_like(features)
    for label in np.unique(labels):
        expected[labels == label] = features[labels == label].mean(0)
    return np.trace(invert(np.cov(features.T)) @ np.cov(expected.T))


def loop(features, labels, invert):
    _, _, height, width = features.shape
    return np.array(
        [
            [one_pixel(features[:, :, i, j], labels[:, i, j], invert) for j in range(width)]
            for i in range(height)
        ]
    )


@pytest.mark.parametrize("channels", [2, 5])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    ("inversion", "invert"), [("inverse", np.linalg.inv), ("pseudo_inverse", np.linalg.pinv)]
)
def test_equals_the_loop_over_pixels(channels, classes, inversion, invert):
    features, labels = images(20, channels, 6, seed=channels, classes=classes)
    ours = h_score(features, labels, task="t", inversion=inversion)
    # Covariances here have conditions below 1e3: double precision leaves 1e-12.
    np.testing.assert_allclose(ours.pixels, loop(features, labels, invert), atol=1e-10)
    assert ours.score == pytest.approx(float(ours.pixels.mean()))
    assert ours.told_apart == 30  # the first row has one label


@pytest.mark.parametrize("channels", [2, 4])
def test_pseudo_inverse_ignores_what_does_not_vary(channels):
    features, labels = images(20, channels, 4, seed=1)
    features[:, 1] = -features[:, 0]  # rank one less than channels
    features[:, :, 1, 1] = 3.0  # a pixel that does not vary at all
    ours = h_score(features, labels, task="t").pixels
    theirs = loop(features, labels, lambda cov: np.linalg.pinv(cov, rcond=1e-10))
    np.testing.assert_allclose(ours, theirs, atol=1e-10)
    assert ours[1, 1] == 0


def test_few_singular_pixels_leave_those_beside_them_alone():
    features, labels = images(20, 4, 5, seed=4)
    features[:, 1, 2, 3] = -features[:, 0, 2, 3]
    features[:, 3, 3, 1] = features[:, 2, 3, 1] + 1e-4 * features[:, 3, 3, 1]  # still of full rank
    ours = h_score(features, labels, task="t").pixels
    theirs = loop(features, labels, lambda cov: np.linalg.pinv(cov, rcond=1e-10))
    # A condition near 1e9 leaves some 1e-7 of double precision.
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert not np.allclose(ours[2, 3], ours[3, 1])


@pytest.mark.parametrize("channels", [2, 7])
def test_shrinkage_is_ledoit_and_wolf(channels):
    features, labels = images(12, channels, 4, seed=2)
    ours = h_score(features, labels, task="t", inversion="shrinkage").pixels
    for i, j in ((1, 1), (3, 2)):
        f, y = features[:, :, i, j], labels[:, i, j]
        cov, share = ledoit_wolf(f)
        expected = np.zeros_like(f)
        for label in np.unique(y):
            expected[y == label] = f[y == label].mean(0)
        between = (1 - share) * np.cov(expected.T, bias=True)
        assert float(ours[i, j]) == pytest.approx(
            np.trace(np.linalg.solve(cov, between)), abs=1e-10
        )


def test_binary_labels_stay_within_0_and_1_in_exact_arithmetic():
    features, labels = images(30, 2, 8, seed=3)
    for inversion in ("inverse", "pseudo_inverse", "shrinkage"):
        pixels = h_score(features, labels, task="t", inversion=inversion).pixels
        assert float(pixels.min()) >= 0
        assert float(pixels.max()) <= 1


def nearly_opposite(seed, n=20, size=10):
    """Single-precision logits z, -z as a well-trained binary network gives them."""
    rng = np.random.default_rng(seed)
    labels = (rng.random((n, size, size)) < 0.2).astype(np.int64)
    z = rng.normal(size=(n, size, size)) + labels
    features = np.stack([z, -z + 9e-4 * rng.normal(size=z.shape)], 1).astype(np.float32)
    return features, labels


def test_plain_inverse_in_single_precision_leaves_the_bound_on_both_sides():
    wild, exact, refused = [], [], 0
    for seed in range(60):
        features, labels = nearly_opposite(seed)
        exact.append(h_score(features, labels, task="t", inversion="inverse").pixels)
        try:
            single = h_score(features, labels, task="t", inversion="inverse", dtype=torch.float32)
        except ScoreError:  # a determinant that rounds to exactly 0
            refused += 1
        else:
            wild.append(single.pixels)
    assert refused < 60
    assert min(float(pixels.min()) for pixels in wild) < 0
    assert max(float(pixels.max()) for pixels in wild) > 1
    # The same features in double precision: rounding leaves the condition times 1e-16.
    assert min(float(pixels.min()) for pixels in exact) >= 0
    assert max(float(pixels.max()) for pixels in exact) <= 1 + 1e-6


def test_class_means_without_frequencies_leave_the_bound_upwards_only():
    features, labels = images(40, 2, 6, seed=5)
    rare = labels * (np.random.default_rng(5).random(labels.shape) < 0.2)
    bounded = h_score(features, rare, task="t").pixels
    unweighted = []
    for i, j in np.argwhere(rare.min(0) != rare.max(0)):
        f, y = features[:, :, i, j], rare[:, i, j]
        means = np.array([f[y == 0].mean(0), f[y == 1].mean(0)])
        value = np.trace(np.linalg.inv(np.cov(f.T)) @ np.cov(means.T))
        p = y.mean()
        weighted = float(bounded[i, j])
        assert value == pytest.approx(weighted * (39 / 40) / (2 * p * (1 - p)), rel=1e-9)
        unweighted.append(value)
    assert max(unweighted) > 1
    assert min(unweighted) >= 0


def test_with_as_many_channels_as_images_the_pseudo_inverse_says_1_and_is_refused():
    features, labels = images(6, 6, 3, seed=6)
    pixel = (2, 2)
    assert len(np.unique(labels[:, *pixel])) == 2
    said = one_pixel(features[:, :, *pixel], labels[:, *pixel], np.linalg.pinv)
    assert said == pytest.approx(1)
    with pytest.raises(ScoreError, match=r"ET-22: 6 images for 6 channels.*shrinkage"):
        h_score(features, labels, task="ET-22")
    assert h_score(features, labels, task="ET-22", inversion="shrinkage").score < 1


def test_a_singular_covariance_has_no_inverse():
    features, labels = images(9, 2, 3, seed=7)
    features[:, :, 1:] = 0.5
    with pytest.raises(ScoreError, match=r"ED-1: \d of 9 pixels have a singular covariance"):
        h_score(features, labels, task="ED-1", inversion="inverse")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda f, y: (np.where(f > 2, np.nan, f), y), "NaN"),
        (lambda f, y: (f, y * 0), "only class"),
        (lambda f, y: (f, y[:-1]), "shape"),
        (lambda f, y: (f[0], y), "4 axes"),
    ],
)
def test_bad_input_names_the_task(change, reason):
    features, labels = change(*images(9, 2, 4, seed=8))
    with pytest.raises(ScoreError, match=f"NCR-13-T1: .*{reason}"):
        h_score(features, labels, task="NCR-13-T1")


def test_shrinkage_of_two_images_is_refused():
    """Their products equal their mean: the share to shrink by was 0 for any two."""
    features, labels = images(2, 2, 4, seed=0)
    labels[0], labels[1] = 0, 1
    with pytest.raises(ScoreError, match="2 images: Ledoit and Wolf"):
        h_score(features, labels, task="t", inversion="shrinkage")
    three, of_three = images(3, 2, 4, seed=0)
    of_three[0], of_three[1:] = 0, 1
    assert 0 <= h_score(three, of_three, task="t", inversion="shrinkage").score <= 1
