"""Private gradients by hand, privacy by opacus and by formula, averaging by its identity."""

import math

import numpy as np
import pytest
import torch
from opacus.accountants import RDPAccountant
from torch import nn

from benchmarks.engine.methods.priors.gaussian import flat_parameters
from benchmarks.engine.methods.privacy.private_gradients import (
    clipped_sum,
    epsilon,
    noise_for,
    poisson_batch,
    with_noise,
)
from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.running.device import Compute
from benchmarks.engine.strategies import federated_dp
from benchmarks.engine.strategies.federated_dp import (
    FederatedDp,
    patient_losses,
    private_part,
    rows_of_people,
)
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer, TrainingSettings
from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.catalog.prior_sharing import FederatedParams
from benchmarks.plan.errors import PlanError


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


def test_one_whole_step_without_noise_is_the_gradient_step_on_both_sites_mean_loss(monkeypatch):
    """McMahan et al. 2017: with one local step on all data FedAvg is plain gradient descent."""
    params = FederatedParams(clip=100.0, sample_rate=1.0, steps=1, local_steps=1, local_rate=0.5)
    trainer = made()
    network = trainer.new_network().eval()
    shared = private_part(network)
    means = []
    for site in ("source", "target"):
        images, labels = data()[f"{site}_images"](), data()[f"{site}_labels"]()
        losses = patient_losses(network, images, labels, torch.arange(len(images)).split(1))
        means.append(torch.stack(list(losses)).mean())
    gradients = torch.autograd.grad(sum(means) / 2, list(shared.parameters()))
    step = 0.5 * torch.cat([g.flatten() for g in gradients])
    expected = flat_parameters(shared).detach() - step

    monkeypatch.setattr(federated_dp, "noise_for", lambda **_: 1e-9)
    monkeypatch.setattr(federated_dp, "epsilon", lambda **_: math.inf)
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
    assert spent["target"]["delta"] == pytest.approx(0.1 / 6)  # of all six patients


def test_a_patients_slices_are_clipped_together():
    """Two patients with three slices each: two gradients of length C at most, not six."""
    network = made().new_network().eval()
    shared = private_part(network)
    images = data()["source_images"]()[:3].repeat(2, 1, 1, 1)
    labels = (images > 0.5).byte()
    rows = rows_of_people(6, np.array([4, 4, 4, 9, 9, 9]))
    assert [part.tolist() for part in rows] == [[0, 1, 2], [3, 4, 5]]
    parameters = list(shared.parameters())
    total = clipped_sum(parameters, patient_losses(network, images, labels, rows), 1e-3)
    assert float(total.norm()) == pytest.approx(2e-3, rel=1e-4)  # equal patients, both cut


@pytest.mark.parametrize("wanted", [1.0, 3.0, 8.0])
def test_epsilon_is_fixed_in_advance_and_kept(wanted):
    setting = {"sample_rate": 0.25, "steps": 30, "delta": 0.1 / 800}
    sigma = noise_for(epsilon_wanted=wanted, **setting)
    spent = epsilon(noise_multiplier=sigma, **setting)
    assert wanted * 0.97 < spent <= wanted  # opacus' search stops within 0.01 of epsilon
    assert epsilon(noise_multiplier=sigma * 0.95, **setting) > spent


def test_the_recorded_promise_is_per_patient_and_kept():
    people = np.repeat(np.arange(2), 2)
    held = {**data(), "source_people": lambda: people, "target_people": lambda: np.array([0, 1])}
    trainer = made()
    params = FederatedParams(epsilon=3.0)
    FederatedDp(params).fit(Access(strategy_card("federated_dp_3"), held), trainer)
    spent = trainer.records["privacy"]["source"]
    assert (spent["unit"], spent["patients"], spent["epsilon_promised"]) == ("patient", 2, 3.0)
    assert 0 < spent["epsilon"] <= 3.0
    assert spent["delta"] <= 1 / (10 * 4)


@pytest.mark.parametrize("slug", ["federated_dp", "federated_dp_3", "federated_dp_1"])
def test_a_promise_to_fewer_than_400_patients_is_refused_with_the_reason(slug):
    with pytest.raises(PlanError, match="needs 400 labelled patients at each site") as refusal:
        request_spec(benchmark="site-shift", profile="quick", strategies=[slug])
    assert refusal.value.field == "strategies"
    everything = request_spec(benchmark="site-shift", profile="quick", strategies=["all"])
    assert slug not in everything.strategies
    spec = request_spec(benchmark="private-federation", profile="quick", strategies=[slug])
    assert slug in spec.strategies
    fits = [s for s in build_plan(spec).steps if s.named("strategy") == slug and s.kind == "fit"]
    assert {fit.n_target for fit in fits} == {400}


def test_epsilons_of_the_cards_are_those_announced():
    wanted = {"federated_dp": 8.0, "federated_dp_3": 3.0, "federated_dp_1": 1.0}
    for slug, epsilon_of_card in wanted.items():
        assert strategy_card(slug).default_params().epsilon == epsilon_of_card
    with pytest.raises(PlanError, match="delta_share"):
        FederatedParams(delta_share=0.2)  # delta would exceed 1 / (10 N)
