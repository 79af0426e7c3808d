"""Translations of images and features against closed forms and reference implementations."""

import numpy as np
import ot
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from skada import CORALAdapter, OTMappingAdapter
from skimage.exposure import match_histograms

from benchmarks.engine.methods.translation.fourier import low_frequencies
from benchmarks.engine.methods.translation.histogram_matching import match_histogram
from benchmarks.engine.methods.translation.optimal_transport import (
    barycentric_map,
    coral_map,
    symmetric_power,
    transport_plan,
)
from tests.engine.methods.reference.fourier import swap_low_frequencies
from tests.engine.methods.reference.medians import match_median
from tests.engine.methods.reference.nearest_neighbour import (
    nearest_neighbour_map,
    translate_by_patches,
)
from tests.engine.methods.reference.transport import gaussian_map, quantile_map

EXACT = 1e-9  # the same sums in float64, in another order


@pytest.fixture
def generator():
    return np.random.default_rng(0)


@pytest.mark.parametrize("rounded", [False, True])
def test_histogram_matching_equals_scikit_images(generator, rounded):
    image, reference = generator.normal(size=(20, 30)), generator.gamma(2, size=(25, 15))
    if rounded:  # many equal values
        image, reference = np.round(image, 1), np.round(reference, 1)
    found = match_histogram(image, reference)
    assert found == pytest.approx(match_histograms(image, reference), rel=1e-12, abs=1e-12)


def test_histogram_matching_leaves_what_is_outside_the_mask(generator):
    image = generator.normal(size=(8, 8)).astype(np.float32)
    reference = 3 + generator.normal(size=(9, 9)).astype(np.float32)
    mask, there = image > 0, reference > 3
    found = match_histogram(image, reference, mask=mask, reference_mask=there)
    assert found.dtype == np.float32
    assert (found[~mask] == image[~mask]).all()
    assert found[mask].min() >= reference[there].min()
    assert found[mask].max() == reference[there].max()
    assert match_histogram(reference, reference) == pytest.approx(reference)
    with pytest.raises(ValueError, match="no voxel"):
        match_histogram(image, reference, mask=image > 100)


def test_median_matching_by_hand():
    image, reference = np.array([[1.0, 2.0, 6.0]]), np.array([[10.0, 20.0, 40.0]])
    assert match_median(image, reference).tolist() == [[19.0, 20.0, 24.0]]
    scaled = match_median(image, reference, scale=True)  # deviations 1 and 10
    assert scaled.tolist() == [[10.0, 20.0, 60.0]]
    with pytest.raises(ValueError, match="one value"):
        match_median(np.ones((2, 2)), reference, scale=True)


@pytest.mark.parametrize("shape", [(16, 20), (15, 21), (3, 16, 16)])
def test_fda_with_beta_zero_changes_nothing(generator, shape):
    source, target = generator.normal(size=(2, *shape))
    assert (swap_low_frequencies(source, target, beta=0) == source).all()


@pytest.mark.parametrize("shape", [(16, 20), (15, 21)])
@pytest.mark.parametrize("beta", [0.01, 0.1, 0.3, 0.5])
def test_fda_takes_the_targets_amplitude_within_and_keeps_the_rest(generator, shape, beta):
    source, target = generator.normal(size=(2, *shape))
    found = np.fft.fft2(swap_low_frequencies(source, target, beta=beta))
    own, other = np.fft.fft2(source), np.fft.fft2(target)
    rows = np.abs(np.fft.fftfreq(shape[0]) * shape[0]).round()[:, None]
    columns = np.abs(np.fft.fftfreq(shape[1]) * shape[1]).round()[None, :]
    low = (rows <= np.floor(beta * shape[0])) & (columns <= np.floor(beta * shape[1]))
    assert np.abs(found)[low] == pytest.approx(np.abs(other)[low], rel=EXACT)
    assert np.abs(found)[~low] == pytest.approx(np.abs(own)[~low], rel=EXACT)
    turned = np.angle(found * own.conj())
    assert turned == pytest.approx(np.zeros(shape), abs=1e-7)  # the source's phase
    assert (low_frequencies(*shape, beta) == low[:, : shape[1] // 2 + 1]).all()


def test_fda_of_an_image_onto_itself_and_at_the_mean(generator):
    source = generator.random((4, 16, 16)).astype(np.float32)
    same = swap_low_frequencies(source, source, beta=0.2)
    assert same.dtype == np.float32
    assert same == pytest.approx(source, abs=1e-6)  # float32 there and back
    lifted = swap_low_frequencies(source, source + 5, beta=0.01)  # 0.01 * 16 < 1: the mean alone
    assert lifted == pytest.approx(source + 5, abs=1e-5)
    with pytest.raises(ValueError, match="beta"):
        swap_low_frequencies(source, source, beta=0.6)
    with pytest.raises(ValueError, match="differ in size"):
        swap_low_frequencies(source, source[:, :8])


def test_nearest_neighbours_are_those_of_all_distances(generator):
    features, reference = generator.normal(size=(20, 3)), generator.normal(size=(30, 3))
    nearest = np.argsort(cdist(features, reference), axis=1)
    assert (nearest_neighbour_map(features, reference) == reference[nearest[:, 0]]).all()
    values = generator.normal(size=30)
    found = nearest_neighbour_map(features, reference, neighbours=3, values=values)
    assert found == pytest.approx(values[nearest[:, :3]].mean(axis=1))
    with pytest.raises(ValueError, match="1 to 30"):
        nearest_neighbour_map(features, reference, neighbours=31)


def test_patches_of_a_known_image_bring_its_own_values_and_answers(generator):
    references = generator.normal(size=(2, 12, 10))
    draws = {"generator": np.random.default_rng(1), "patch": 3}
    assert (translate_by_patches(references[1], references, **draws) == references[1]).all()
    answers = np.exp(references)
    found = translate_by_patches(references[0], references, answers=answers, **draws)
    assert found == pytest.approx(answers[0])
    with pytest.raises(ValueError, match="odd"):
        translate_by_patches(references[0], references, generator=generator, patch=4)


def test_exact_transport_of_equal_samples_is_the_best_assignment(generator):
    source, target = generator.normal(size=(25, 3)), 1 + generator.normal(size=(25, 3))
    _, partner = linear_sum_assignment(cdist(source, target, "sqeuclidean"))
    assert barycentric_map(source, target) == pytest.approx(target[partner])


@pytest.mark.parametrize("count", [18, 25])
def test_the_barycentric_map_equals_pots_and_skadas(generator, count):
    source, target = generator.normal(size=(25, 3)), 1 + generator.normal(size=(count, 3))
    found = barycentric_map(source, target)
    peer = ot.da.EMDTransport().fit(Xs=source, Xt=target)
    assert found == pytest.approx(peer.transform(Xs=source), rel=EXACT)
    domains = np.repeat([1, -2], [25, count])
    adapted = OTMappingAdapter().fit_transform(
        np.concatenate([source, target]), sample_domain=domains
    )
    assert found == pytest.approx(adapted[:25], rel=EXACT)


def test_the_entropic_map_equals_pots(generator):
    source, target = generator.normal(size=(15, 2)), 1 + generator.normal(size=(12, 2))
    peer = ot.da.SinkhornTransport(reg_e=0.1, norm="max", max_iter=5000, tol=1e-10)
    expected = peer.fit(Xs=source, Xt=target).transform(Xs=source)
    # Both stop when marginals err by about 1e-9; a row of mass 1/15 magnifies that a little.
    assert barycentric_map(source, target, entropy=0.1) == pytest.approx(expected, abs=1e-5)
    plan = transport_plan(source, target, entropy=0.1)
    assert plan.sum(axis=0) == pytest.approx(np.full(12, 1 / 12), abs=1e-6)
    with pytest.raises(ValueError, match="entropy"):
        transport_plan(source, target, entropy=0.0)


@pytest.mark.parametrize("count", [7, 12, 20])
def test_the_map_of_numbers_is_the_plans(generator, count):
    values, reference = generator.normal(size=12), generator.gamma(2, size=count)
    plan = ot.emd_1d(values, reference)
    expected = plan @ reference / plan.sum(axis=1)
    assert quantile_map(values, reference) == pytest.approx(expected, rel=EXACT)


def test_the_gaussian_map_equals_pots_and_carries_one_covariance_to_the_other(generator):
    source = generator.normal(size=(60, 3)) @ generator.normal(size=(3, 3))
    target = 2 + generator.normal(size=(50, 3)) @ generator.normal(size=(3, 3))
    matrix, offset = gaussian_map(source, target, ridge=0)
    moved = source @ matrix + offset
    assert moved.mean(axis=0) == pytest.approx(target.mean(axis=0), rel=EXACT)
    assert np.cov(moved.T) == pytest.approx(np.cov(target.T), rel=1e-7)
    expected, shift = ot.gaussian.bures_wasserstein_mapping(
        source.mean(axis=0), target.mean(axis=0), np.cov(source.T), np.cov(target.T)
    )
    assert matrix == pytest.approx(expected, rel=1e-7)  # three matrix roots
    assert offset == pytest.approx(np.ravel(shift), rel=1e-7)


def test_coral_equals_skadas_alignment(generator):
    source = generator.normal(size=(60, 4)) @ generator.normal(size=(4, 4))
    target = 3 + generator.normal(size=(60, 4)) @ generator.normal(size=(4, 4))
    adapted = CORALAdapter(reg=None).fit_transform(
        np.concatenate([source, target]), sample_domain=np.repeat([1, -2], 60)
    )
    found = coral_map(source, target, ridge=0) - target.mean(axis=0)  # SKADA centres both
    assert found == pytest.approx(adapted[:60], rel=1e-6, abs=1e-8)  # two matrix roots


def test_a_singular_covariance_is_refused_in_words(generator):
    with pytest.raises(ValueError, match="raise ridge"):
        symmetric_power(np.diag([1.0, 0.0]), -0.5)
    assert gaussian_map(generator.normal(size=(3, 9)), generator.normal(size=(3, 9)))[0].shape == (
        9,
        9,
    )
