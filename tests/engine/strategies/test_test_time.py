"""What follows test or target images without labels, told apart: AdaBN, TENT and SAR."""

import copy
import math

import pytest
import torch
from torch import nn

from benchmarks.engine.errors import UndeclaredAccessError
from benchmarks.engine.methods.uncertainty.entropy import (
    mean_entropy,
    reliable_entropy,
    self_information,
)
from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.networks.by_domain import asked_about
from benchmarks.engine.running.device import choose_compute
from benchmarks.engine.steps.comparison.embed import features_by_layer
from benchmarks.engine.steps.shared.prediction import predict
from benchmarks.engine.strategies.sar import LowersReliableEntropy, sharpness_aware_slopes
from benchmarks.engine.strategies.shared.norm_statistics import follow_statistics
from benchmarks.engine.strategies.test_time_adaptation import LowersEntropy
from benchmarks.engine.tasks.catalog import SEGMENTATION
from benchmarks.engine.training.access import check_adaptation
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.catalog.indirect import SarParams
from benchmarks.plan.catalog.indirect import TestTimeAdaptationParams as Adaptation
from tests.engine.strategies.fits import fitted, source_weights


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def brains(count, seed=0):
    images = torch.zeros(count, 1, 32, 32)
    images[:, :, 6:26, 8:24] = random(count, 1, 20, 16, seed=seed)
    return images


def generator():
    return torch.Generator().manual_seed(0)


@pytest.fixture
def network():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return UNet(4).eval()


def test_entropy_is_log_two_where_nothing_is_known():
    assert mean_entropy(torch.zeros(1, 2, 3, 3)).item() == pytest.approx(math.log(2))


def test_without_steps_only_the_statistics_of_normalisation_follow_the_images(network):
    images = brains(4)
    expected = copy.deepcopy(network).train()(images)
    found = LowersEntropy(network, Adaptation(steps=0)).eval()(images)
    assert torch.allclose(found, expected, atol=1e-5)  # the same sums


def test_adapting_lowers_the_entropy_and_leaves_no_trace(network):
    images = brains(4)
    adapts = LowersEntropy(network, Adaptation(steps=5, learning_rate=0.01)).eval()
    before = copy.deepcopy(adapts.state_dict())
    with torch.inference_mode():
        found, again = adapts(images), adapts(images)
    assert mean_entropy(found) < mean_entropy(network(images))
    assert torch.equal(found, again)
    assert all(torch.equal(value, before[name]) for name, value in adapts.state_dict().items())


def test_a_subject_is_adapted_to_alone(network):
    compute = choose_compute("cpu")
    volumes = brains(6).unflatten(0, (2, 3))
    adapts = LowersEntropy(network, Adaptation()).eval()
    together = predict(adapts, volumes, compute, SEGMENTATION)
    assert torch.equal(together[1:], predict(adapts, volumes[1:], compute, SEGMENTATION))


def test_feature_spaces_show_a_subject_that_adapts_its_whole_self(network):
    images = torch.randn(2, 3, 1, 32, 32, generator=torch.Generator().manual_seed(5))
    images[1] += 4  # another subject, whose statistics must not enter the first one's
    adapts = LowersEntropy(network, Adaptation(steps=1)).eval()
    together = features_by_layer(adapts, {"source": images, "target": images[1:]})
    alone = features_by_layer(adapts, {"source": images[:1], "target": images[1:]})
    assert together["bottleneck"].shape == (9, 64)
    for layer in ("bottleneck", "last_features"):
        assert together[layer][:3] == pytest.approx(alone[layer][:3], abs=1e-6)


def test_sar_without_radius_and_margin_is_tent(network):
    images = brains(4)
    tent = LowersEntropy(network, Adaptation()).eval()(images)
    plain = SarParams(margin=1.0, radius=0.0)  # no prediction here is exactly uniform
    found = LowersReliableEntropy(network, plain).eval()(images)
    assert torch.allclose(found, tent, atol=1e-6)  # sum / count against mean
    assert not torch.allclose(LowersReliableEntropy(network, SarParams()).eval()(images), tent)


def test_without_steps_tent_and_sar_follow_the_test_images_and_adabn_the_training_images(network):
    train, test = 3 + 2 * brains(4), brains(4, seed=1)
    tent = LowersEntropy(copy.deepcopy(network), Adaptation(steps=0)).eval()(test)
    sar = LowersReliableEntropy(copy.deepcopy(network), SarParams(steps=0)).eval()(test)
    follow_statistics(network, train, generator())
    adabn = network(test)
    assert torch.equal(tent, sar)
    assert not torch.allclose(adabn, tent, atol=0.1)
    follow_statistics(network, test, generator())
    # Of 4 x 32 x 32 values down to 4 x 2 x 2: running variances are unbiased, batch norm's are not.
    assert torch.allclose(network(test), tent, atol=0.1)


def test_adabn_has_the_exact_mean_and_variance_of_the_target():
    """Batch norm of inputs x alone: E x and the unbiased V x, in one part."""
    images = 5 + 3 * random(16, 2, 4, 4)
    layer = nn.BatchNorm2d(2)
    follow_statistics(layer, images, generator())
    assert torch.allclose(layer.running_mean, images.mean(dim=(0, 2, 3)), atol=1e-5)
    assert torch.allclose(layer.running_var, images.var(dim=(0, 2, 3)), rtol=1e-5)
    assert layer.momentum == 0.1
    assert not layer.training


def test_adabn_of_many_slices_has_the_mean_over_equal_parts():
    images = random(256, 1, 2, 2)
    layer = nn.BatchNorm2d(1)
    follow_statistics(layer, images, generator())
    assert torch.allclose(layer.running_mean, images.mean(dim=(0, 2, 3)), atol=1e-6)


def test_adabn_normalises_each_domain_by_its_own_statistics():
    before = source_weights()
    predictor = fitted("adabn")[0]
    of_source = asked_about(predictor, "source").state_dict()
    of_target = asked_about(predictor, "target").state_dict()
    assert all(torch.equal(of_source[name], before[name]) for name in before)
    moved = {name for name in before if not torch.equal(of_target[name], before[name])}
    assert moved == {name for name in before if "running" in name or "tracked" in name}


def test_uncertain_pixels_do_not_count_and_certain_ones_do():
    """Probabilities 1/2 and 0.9: entropies log 2 and 0.325; the limit 0.4 log 2 is 0.277."""
    sure = torch.tensor([0.0, math.log(9)])
    logits = torch.stack([torch.zeros(2), sure], dim=-1).view(1, 2, 1, 2)
    entropy = -(0.9 * math.log(0.9) + 0.1 * math.log(0.1))
    assert reliable_entropy(logits, 0.4).item() == 0
    assert reliable_entropy(logits, 0.5).item() == pytest.approx(entropy / 2, rel=1e-5)


def test_self_information_adds_up_to_the_normalised_entropy():
    logits = random(2, 2, 3, 3)
    found = self_information(logits).sum(dim=1).mean() * math.log(2)
    assert found.item() == pytest.approx(mean_entropy(logits).item(), rel=1e-5)


def test_the_sharpness_aware_gradient_of_a_parabola():
    """f = theta^2 / 2 has the gradient theta, at the raised point theta (1 + radius / |theta|)."""
    affine = {
        "a": torch.tensor([3.0], requires_grad=True),
        "b": torch.tensor([4.0], requires_grad=True),
    }

    def loss(values):
        return sum(value.square().sum() for value in values.values()) / 2

    found = sharpness_aware_slopes(loss, affine, 0.5)
    assert torch.cat(found).tolist() == pytest.approx([3.3, 4.4])  # |theta| = 5


def test_who_adapts_to_test_people_says_so_on_its_card(network):
    adapts = LowersEntropy(network, Adaptation())
    check_adaptation(STRATEGIES["test_time_adaptation"], adapts)
    check_adaptation(STRATEGIES["sar"], adapts)
    check_adaptation(STRATEGIES["adabn"], nn.Identity())
    with pytest.raises(UndeclaredAccessError, match="adabn adapts to test_images"):
        check_adaptation(STRATEGIES["adabn"], adapts)
