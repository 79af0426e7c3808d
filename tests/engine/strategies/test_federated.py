"""Private gradients by hand, privacy by opacus and by formula, averaging by its identity."""

import math

import pytest
import torch
from opacus.accountants import RDPAccountant
from torch import nn

from benchmarks.engine.methods.priors.gaussian import flat_parameters
from benchmarks.engine.methods.privacy.private_gradients import (
    clipped_sum,
    epsilon,
    poisson_batch,
    with_noise,
)
from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.running.device import Compute
from benchmarks.engine.strategies.federated_dp import FederatedDp, private_part, slice_losses
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer, TrainingSettings
from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.catalog.prior_sharing import FederatedParams


def seeded(number=0):
    return torch.Generator().manual_seed(number)


def test_each_gradient_is_cut_to_the_clip_and_the_rest_left():
    weight = nn.Parameter(torch.zeros(2))
    rows = torch.tensor([[3.0, 4.0], [0.3, 0.4], [0.0, -2.0]])  # the gradients; lengths 5, 0.5, 2
    total = clipped_sum([weight], (row @ weight for row in rows), clip=1.0)
    assert total.tolist() == pytest.approx([0.6 + 0.3 + 0.0, 0.8 + 0.4 - 1.0])


def test_noise_has_the_deviation_asked_for():
    noise = with_noise(torch.zeros(100_000), 0.3, seeded())
    # The standard error of a deviation over 1e5 draws is 0.3 / sqrt(2e5) = 0.0007.
    assert float(noise.std()) == pytest.approx(0.3, abs=0.004)
    assert float(noise.mean()) == pytest.approx(0.0, abs=0.005)  # 5 standard errors


def test_slices_enter_a_step_independently_at_the_rate():
    sizes = [len(poisson_batch(100, 0.2, seeded(number))) for number in range(400)]
    assert sum(sizes) / 400 == pytest.approx(20, abs=1)  # 5 standard errors of 0.2
    assert len(set(sizes)) > 5
    assert poisson_batch(7, 1.0, seeded()).tolist() == list(range(7))


def test_epsilon_of_whole_batches_follows_the_gaussian_mechanism():
    """RDP is T a / (2 sigma^2); epsilon the least over orders (Balle et al. 2020, theorem 21)."""
    sigma, steps, delta = 4.0, 10, 1e-3
    expected = min(
        steps * order / (2 * sigma**2)
        + math.log((order - 1) / order)
        - (math.log(delta) + math.log(order)) / (order - 1)
        for order in RDPAccountant.DEFAULT_ALPHAS
    )
    found = epsilon(noise_multiplier=sigma, sample_rate=1.0, steps=steps, delta=delta)
    assert found == pytest.approx(expected, rel=1e-12)


def test_epsilon_of_sampled_batches_is_opacus_step_by_step():
    accountant = RDPAccountant()
    for _ in range(35):
        accountant.step(noise_multiplier=1.1, sample_rate=0.1)
    found = epsilon(noise_multiplier=1.1, sample_rate=0.1, steps=35, delta=1e-4)
    assert found == pytest.approx(accountant.get_epsilon(delta=1e-4), rel=1e-12)
    assert 1 < found < 10


def made():
    """Return a trainer whose budget is one local step of each site."""
    settings = TrainingSettings(
        seed=0, width=2, batch=64, iterations=2, checkpoints=1, learning_rate=0.1, weight_decay=0.0
    )
    return Trainer(
        compute=Compute(torch.device("cpu"), torch.float32),
        settings=settings,
        build=UNet,
        validate=lambda network: {"source_validation": 1.0},
        on_progress=lambda *said: None,
    )


def data():
    images = torch.randn(6, 1, 32, 32, generator=seeded(3))
    labels = (images > 0.5).byte()
    return {
        "source_images": lambda: images[:4],
        "source_labels": lambda: labels[:4],
        "source_weights": lambda: None,
        "target_images": lambda: images[4:],
        "target_labels": lambda: labels[4:],
    }


def test_one_whole_step_without_noise_is_the_gradient_step_on_both_sites_mean_loss():
    """McMahan et al. 2017: with one local step on all data FedAvg is plain gradient descent."""
    params = FederatedParams(clip=100.0, noise_multiplier=1e-9, local_steps=1, local_rate=0.5)
    trainer = made()
    network = trainer.new_network().eval()
    shared = private_part(network)
    means = []
    for site in ("source", "target"):
        images, labels = data()[f"{site}_images"](), data()[f"{site}_labels"]()
        losses = slice_losses(network, images, labels, torch.arange(len(images)))
        means.append(torch.stack(list(losses)).mean())
    gradients = torch.autograd.grad(sum(means) / 2, list(shared.parameters()))
    step = 0.5 * torch.cat([g.flatten() for g in gradients])
    expected = flat_parameters(shared).detach() - step

    FederatedDp(params).fit(Access(strategy_card("federated_dp"), data()), trainer)
    kept = private_part(trainer.best["source_validation"].predictor)
    assert flat_parameters(kept).detach().numpy() == pytest.approx(
        expected.numpy(), abs=1e-6
    )  # the noise is 1e-7


def test_convolutions_and_statistics_stay_the_sources_and_privacy_is_recorded():
    trainer = made()
    before = {k: v.clone() for k, v in trainer.new_network().state_dict().items()}
    FederatedDp(FederatedParams()).fit(Access(strategy_card("federated_dp"), data()), trainer)
    after = trainer.best["source_validation"].predictor.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    norms = {n for n, m in UNet(2).named_modules() if isinstance(m, nn.BatchNorm2d)}
    may_change = {f"{n}.{kind}" for n in norms for kind in ("weight", "bias")}
    assert changed <= may_change | {"head.weight", "head.bias"}
    assert {"head.weight", "encoder.0.1.weight"} <= changed
    spent = trainer.records["privacy"]
    assert spent["target"]["delta"] == pytest.approx(0.1 / 2)
    assert 0 < spent["source"]["epsilon"] < spent["target"]["epsilon"] * 10
